import Boot
import Sys
import TestSupport
import Testing

@Suite struct RootSpecificationTests {
  @Test(arguments: [
    ("", "none"), ("/dev/vda1", "device vda1"), ("/dev/nvme0n1p2", "device nvme0n1p2"),
    ("/dev/cciss/c0d0p1", "device cciss/c0d0p1"),
    ("/dev/mapper/vg-root", "device mapper/vg-root"), ("/dev/ram", "device ram0"), ("/dev/ram1", "device ram1"),
    ("/dev/root", "device root"),
    ("8:1", "number 8:1"), ("254:65537", "number 254:65537"), ("4095:1048575", "number 4095:1048575"), ("8:1:0", "number 8:1"),
    ("8:1:0:", "number 8:1"), ("b302", "number 179:2"), ("0xb302", "number 179:2"), ("0XB302", "number 179:2"),
    ("801", "number 8:1"),
    ("0801", "number 8:1"), ("00000801", "number 8:1"), ("10b302", "number 179:258"), ("beef", "number 190:239"),
    ("PARTUUID=dead0b0e-01", "partuuid dead0b0e-01 0"), ("PARTUUID=d", "partuuid d 0"),
    ("PARTUUID=\"AB-CD\"", "partuuid AB-CD 0"),
    ("PARTUUID=dead0b0e-01/PARTNROFF=1", "partuuid dead0b0e-01 1"),
    ("PARTUUID=dead0b0e-01/PARTNROFF=-12", "partuuid dead0b0e-01 -12"),
    ("PARTUUID=dead0b0e-01/PARTNROFF=007", "partuuid dead0b0e-01 7"), ("PARTLABEL=root", "partlabel root"),
    ("PARTLABEL=a b/c", "partlabel a b/c"), ("PARTLABEL=\"a b\"", "partlabel a b"), ("PARTLABEL=x=y", "partlabel x=y"),
    ("UUID=deadbeef-0123-4567-89ab-cdef01234567", "uuid deadbeef-0123-4567-89ab-cdef01234567"),
    ("UUID=ABCD-0123", "uuid ABCD-0123"),
    ("UUID=\"ABCD-0123\"", "uuid ABCD-0123"), ("UUID='ABCD-0123'", "uuid ABCD-0123"), ("LABEL=root", "label root"),
    ("LABEL=my disk", "label my disk"), ("LABEL=\"my disk\"", "label my disk"), ("LABEL='my disk'", "label my disk"),
    ("LABEL=it's", "label it's"), ("LABEL=a\"b", "label a\"b"), ("LABEL=/", "label /"), ("LABEL=tmpfs", "label tmpfs"),
    ("/dev/disk/by-uuid/ABCD-0123", "uuid ABCD-0123"), ("/dev/disk/by-label/my\\x20disk", "label my disk"),
    ("/dev/disk/by-label/a\\x2fb\\x", "label a/b\\x"), ("/dev/disk/by-label/\\x2", "label \\x2"),
    ("/dev/disk/by-label/\\xzz1", "label \\xzz1"),
    ("/dev/disk/by-partuuid/dead0b0e-01", "partuuid dead0b0e-01 0"),
    ("/dev/disk/by-partlabel/EFI\\x20System", "partlabel EFI System"),
    ("tmpfs", "memory"), ("mtd0", "source mtd0"), ("ubi0:rootfs", "source ubi0:rootfs"),
  ])
  func forms(_ word: String, _ expected: String) { #expect(describe(word) == expected) }

  @Test func absent() throws {
    guard case .none = try RootSpecification(nil, types: FileSystemTypeList(Text("ext4"))) else {
      Issue.record("something"); return
    }
    guard case .none = try RootSpecification(nil) else { Issue.record("something"); return }
  }

  @Test(arguments: [
    ("myfs", "virtiofs", "source myfs"), ("/dev/root", "9p", "source /dev/root"), ("beef", "virtiofs", "source beef"),
    ("8:1", "9p,virtiofs", "source 8:1"), ("\"my fs\"", "virtiofs", "source my fs"), ("UUID=12", "virtiofs", "source UUID=12"),
    ("myfs", "virtiofs,ext4", "source myfs"), ("/dev/vda", "virtiofs,ext4", "device vda"), ("beef", "ext4,9p", "number 190:239"),
    ("anything", "tmpfs", "memory"), ("/dev/ram", "ramfs", "memory"), ("x", "tmpfs,virtiofs", "source x"), ("", "tmpfs", "none"),
    ("/dev/vda", ",,virtiofs,", "source /dev/vda"), ("/dev/vda", ",,", "device vda"), ("tmpfs", "ext4", "memory"),
    ("/home/me/root", "hostfs", "source /home/me/root"),
  ])
  func withTypes(_ word: String, _ types: String, _ expected: String) { #expect(describe(word, types) == expected) }

  static let anyDevice =
    "a device such as /dev/vda1, UUID=, LABEL=, PARTUUID=, PARTLABEL=, MAJ:MIN, or a tag and rootfstype=virtiofs or 9p"
  static let uuidForm = "PARTUUID=UUID or PARTUUID=UUID/PARTNROFF=NUMBER"
  static let deviceForm = "a device such as /dev/vda1, of at most 31 bytes behind /dev/"
  static let linkForm = "/dev/disk/by-uuid/…, by-label, by-partuuid or by-partlabel"

  @Test(arguments: [
    ("myfs", "", anyDevice), ("0x", "", anyDevice), ("8:", "", anyDevice), (":1", "", anyDevice), ("8:1x", "", anyDevice),
    ("-8:1", "", anyDevice), ("4096:1", "", anyDevice), ("8:1048576", "", anyDevice), ("8:1:2:3", "", anyDevice),
    ("8:1::", "", anyDevice),
    ("8:99999999999999999999", "", anyDevice), ("123456789", "", anyDevice), ("vda1", "", anyDevice), ("uuid=12", "", anyDevice),
    ("/dev", "", anyDevice), ("/", "", anyDevice), ("PARTUUID", "", anyDevice), ("0x 801", "", anyDevice),
    ("name=x", "virtiofs,ext4", anyDevice),
    ("0", "", "a device number other than 0"), ("0:0", "", "a device number other than 0"),
    ("/dev/", "", deviceForm),
    ("/dev/../etc", "", deviceForm),
    ("/dev/a//b", "", deviceForm),
    ("/dev/vda/", "", deviceForm),
    ("/dev/12345678901234567890123456789012", "", deviceForm),
    ("/dev/nfs", "", "a root that is on this machine, not on the network"),
    ("PARTUUID=", "", uuidForm), ("PARTUUID=/PARTNROFF=1", "", uuidForm),
    ("PARTUUID=a/", "", uuidForm), ("PARTUUID=a/PARTNROFF=", "", uuidForm),
    ("PARTUUID=a/PARTNROFF=1x", "", uuidForm), ("PARTUUID=a/PARTNROFF=--1", "", uuidForm),
    ("PARTUUID=a/PARTNROFF=2147483648", "", uuidForm),
    ("PARTUUID=a/partnroff=1", "", uuidForm),
    ("PARTLABEL=", "", "a label"), ("LABEL=", "", "a label"), ("LABEL=\"\"", "", "a label"),
    ("UUID=", "", "a UUID as blkid prints it"),
    ("UUID=xyz", "", "a UUID as blkid prints it"), ("UUID=12 34", "", "a UUID as blkid prints it"),
    ("LABEL=\"x", "", "a quote at its end, too"), ("LABEL=\"", "", "a quote at its end, too"),
    ("LABEL='x\"", "", "a quote at its end, too"),
    ("/dev/disk/by-id/ata-1", "", linkForm),
    ("/dev/disk/by-label/", "", linkForm),
    ("/dev/disk/by-label", "", linkForm),
    ("/dev/disk/by-label/a/b", "", linkForm),
    ("/dev/disk/by-uuid/nope", "", "a UUID as blkid prints it"), ("a\0b", "virtiofs", "a word without NUL"),
  ])
  func badWords(_ word: String, _ types: String, _ expected: String) { #expect(describe(word, types) == "expected " + expected) }

  @Test func sysfsNames() throws {
    for (name, sysfs, candidates) in [
      ("vda1", "vda1", "vda 1"), ("vda", "vda", ""), ("nvme0n1p2", "nvme0n1p2", "nvme0n1p 2, nvme0n1 2"), ("md0", "md0", "md 0"),
      ("md127p1", "md127p1", "md127p 1, md127 1"), ("sdp1", "sdp1", "sdp 1"),
      ("cciss/c0d0p1", "cciss!c0d0p1", "cciss!c0d0p 1, cciss!c0d0 1"),
      ("123", "123", ""), ("vda01", "vda01", ""), ("vda123456", "vda123456", ""), ("vda65535", "vda65535", "vda 65535"),
      ("p1", "p1", "p 1"),
    ] {
      guard case .device(let device) = try RootSpecification(text("/dev/" + name)) else { Issue.record("no device"); continue }
      #expect(string(device.sysfsName) == sysfs)
      // A number that begins with 0 is none, as in the kernel.
      let expected = name == "md0" ? "" : candidates
      #expect(device.partitionCandidates.map { "\(string($0.disk)) \($0.number)" }.joined(separator: ", ") == expected)
    }
  }

  @Test func randomWords() {
    var random = SplitMix(seed: 6)
    let pieces = [
      "/dev/", "disk/", "by-label/", "PARTUUID=", "/PARTNROFF=", "UUID=", "LABEL=", "\"", "'", ":", "0x", "\\x2", "8", "a", "-",
      ",", "p1", "\0", "/",
    ]
    for _ in 0..<5000 {
      var word: [UInt8] = []
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        word +=
          Int.random(in: 0..<5, using: &random) == 0
          ? [UInt8.random(in: 0...255, using: &random)] : Array(pieces.randomElement(using: &random)!.utf8)
      }
      let types = ["", "ext4", "virtiofs", "ext4,9p", "tmpfs"].randomElement(using: &random)!
      guard let root = try? RootSpecification(text(word), types: FileSystemTypeList(text(types))) else { continue }
      if case .device(let device) = root { _ = device.partitionCandidates }
    }
  }

  private func describe(_ word: String, _ types: String = "") -> String {
    do throws(BadWord) {
      switch try RootSpecification(text(word), types: FileSystemTypeList(text(types))) {
      case .none: return "none"
      case .device(let name): return "device \(name.text.string)"
      case .number(let number): return "number \(number.major):\(number.minor)"
      case .partitionUUID(let uuid, let offset): return "partuuid \(uuid.string) \(offset)"
      case .partitionLabel(let label): return "partlabel \(label.string)"
      case .fileSystemUUID(let uuid): return "uuid \(uuid.string)"
      case .fileSystemLabel(let label): return "label \(label.string)"
      case .source(let tag): return "source \(tag.string)"
      case .memory: return "memory"
      }
    } catch { return "expected \(error.expected)" }
  }
}
