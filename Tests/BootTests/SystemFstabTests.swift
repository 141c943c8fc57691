import Sys
import TestSupport
import Testing

@testable import Boot

/// fstab(5).
@Suite struct SystemFstabTests {
  private func fields(_ entry: Fstab.Entry) -> [String] { [entry.source.string, entry.target.string, entry.type.string] }

  @Test(
    arguments: [
      ("/dev/vda1 / ext4 errors=remount-ro 0 1", ["/dev/vda1", "/", "ext4"]),
      ("tmpfs\t/tmp\ttmpfs", ["tmpfs", "/tmp", "tmpfs"]),
      ("  UUID=1234-ABCD   /boot/efi  vfat  umask=0077  0  1  ", ["UUID=1234-ABCD", "/boot/efi", "vfat"]),
      ("LABEL=my\\040disk /mnt/my\\040disk\\011x ext4 defaults", ["LABEL=my disk", "/mnt/my disk\tx", "ext4"]),
      ("LABEL=\"my disk\" /mnt ext4 defaults 0 0", ["LABEL=\"my disk\"", "/mnt", "ext4"]),
      ("PARTLABEL='a b' /mnt ext4", ["PARTLABEL='a b'", "/mnt", "ext4"]),
      ("LABEL=\"open /mnt ext4", ["LABEL=\"open", "/mnt", "ext4"]),
      ("LABEL=\"a\"b\" /mnt ext4", ["LABEL=\"a\"b\"", "/mnt", "ext4"]),
      ("a\\134b /m\\134 none bind", ["a\\b", "/m\\", "none"]), ("a\\04 /m\\8 x", ["a\\04", "/m\\8", "x"]),
      ("a\\000b /m\\777 x", ["a\\000b", "/m\\777", "x"]), ("a\\040\\040 /m x", ["a  ", "/m", "x"]),
      ("//server/share /mnt cifs", ["//server/share", "/mnt", "cifs"]), ("a //b///c/./d/ x", ["a", "/b/c/d", "x"]),
      ("a /./ x", ["a", "/", "x"]), ("/dev/vdb none swap sw 0 0", ["/dev/vdb", "none", "swap"]),
      ("/swapfile swap swap defaults", ["/swapfile", "none", "swap"]), ("dev /m#x ext4 defaults # comment", ["-"]),
      ("a /m ext4 defaults 0 2\r", ["a", "/m", "ext4"]), ("a /m ext4 defaults 0 2 more words", ["a", "/m", "ext4"]),
      ("a /m ignore defaults", []), ("# a /m x", []), ("   #", []), ("", []), (" \t ", []), ("a /..b x", ["a", "/..b", "x"]),
    ] as [(String, [String])])
  func line(_ line: String, _ expected: [String]) {
    let fstab = Fstab(text(line))
    if expected == ["-"] {
      #expect(fstab.entries.isEmpty && fstab.mistakes.first?.error.word.string == "#")
    } else {
      #expect(fstab.entries.flatMap(fields) == expected)
      #expect(fstab.mistakes.isEmpty)
    }
  }

  @Test(
    arguments: [
      ("one", "one"), ("one two", "one two"), ("a m x", "m"), ("a /m/../n x", "/m/../n"), ("a none ext4", "none"),
      ("a /m x defaults zero", "zero"), ("a /m x defaults 0 -1", "-1"), ("a /m x loop", "loop"),
      ("a /m x ro,loop=/dev/loop0", "loop=/dev/loop0"),
      ("a /m x remount", "remount"), ("a b swap pri=40000", "pri=40000"), ("a b swap pri=x", "pri=x"),
      ("a b swap discard=all", "discard=all"),
      ("a /m x x-mount.mkdir=9", "x-mount.mkdir=9"), ("a /m x x-mount.mkdir=77777", "x-mount.mkdir=77777"),
      ("a /m x x-systemd.device-timeout=long", "x-systemd.device-timeout=long"), ("a /m x context=\"a,b", "context=\"a,b"),
      ("a\0b /m x", "a\0b /m x"),
    ] as [(String, String)])
  func mistake(_ line: String, _ word: String) {
    let fstab = Fstab(text("# first\n\n" + line + "\nb /next ext4"))
    #expect(fstab.mistakes.map { $0.error.word.string } == [word])
    #expect(fstab.mistakes.first?.line == 3)
    #expect(fstab.entries.map { $0.target.string } == ["/next"] && fstab.entries.first?.line == 4)
  }

  @Test func options() throws {
    func read(_ string: String) throws -> FstabOptions { try FstabOptions(text(string)) }
    #expect(try read("defaults").flags == [] && read("defaults").data == nil)
    #expect(try read("").start == .automatic && read("noauto").start == .manual && read("noauto,auto").start == .automatic)
    #expect(try read("nofail").need == .optional && read("_netdev").need == .optional && read("ro").need == .required)
    #expect(try read("bind,ro").form == .bind && read("bind,ro").flags == .readOnly && read("rbind").form == .bindTree)
    #expect(try read("rslave").propagation == [.slave, .recursive] && read("shared").propagation == .shared)
    #expect(try read("x-mount.mkdir").directoryMode == 0o755 && read("x-mount.mkdir=0700").directoryMode == 0o700)
    #expect(try read("X-mount.mkdir=\"1777\"").directoryMode == 0o1777)
    #expect(try read("x-systemd.device-timeout=5s").wait == .seconds(5) && read("ro").wait == nil)
    #expect(try read("x-systemd.device-timeout=infinity").wait == .seconds(86_400))
    #expect(try read("size=10%,mode=1777,nosuid,x-y=z").data?.string == "size=10%,mode=1777")
    #expect(try read("size=10%,mode=1777,nosuid").flags == .noSetUID)
    #expect(
      try read("user").flags == [.noExecution, .noSetUID, .noDevices] && read("users,exec").flags == [.noSetUID, .noDevices])
    #expect(try read("owner").flags == [.noSetUID, .noDevices] && read("group,suid").flags == .noDevices)
    #expect(try read("context=\"u:o:t:s0:c1,c2\",ro").data?.string == "context=\"u:o:t:s0:c1,c2\"")
    #expect(try read("subvol=@home,compress=zstd,,nofail,").data?.string == "subvol=@home,compress=zstd")
  }

  @Test(
    arguments: [
      ("sw", 0), ("defaults", 0), ("pri=0", 0x8000), ("pri=32767", 0xFFFF), ("pri=-1", 0), ("discard", 0x10000),
      ("discard=once,pri=5", 0x38005), ("discard=pages", 0x50000), ("nofail,discard", 0x10000),
    ] as [(String, Int)])
  func swap(_ list: String, _ flags: Int) throws {
    #expect(try FstabOptions(text(list), .swap).swap.rawValue == flags)
  }

  private func plan(_ lines: [String]) -> [String] {
    Fstab(text(lines.joined(separator: "\n"))).mountPlan.map { $0.target.string }
  }

  @Test func parentsFirst() {
    #expect(plan(["a /srv/a/b x", "b /srv x", "c /srv/a x", "d /home x"]) == ["/srv", "/srv/a", "/srv/a/b", "/home"])
    // A name that only begins as the other is no child.
    #expect(plan(["a /srvx x", "b /srv x"]) == ["/srvx", "/srv"])
    #expect(plan(["a /x x", "a /noauto x noauto", "a none swap sw", "a / x", "b /y x"]) == ["/x", "/y"])
    // Two on one place stay in their order.
    let twice = Fstab(text("a /m x\nb /m x\nc /m/n x\nd /m x")).mountPlan.map { $0.source.string }
    #expect(twice == ["a", "b", "d", "c"] || twice == ["a", "b", "c", "d"])
    #expect(twice.firstIndex(of: "a")! < twice.firstIndex(of: "b")!)
  }

  @Test func bindsAfterTheirSource() {
    #expect(plan(["/mnt/disk/home /home none bind", "/dev/vdb /mnt/disk ext4"]) == ["/mnt/disk", "/home"])
    // The source of anything else is a device, not a place.
    #expect(plan(["/mnt/disk/x /home ext4", "/dev/vdb /mnt/disk ext4"]) == ["/home", "/mnt/disk"])
    // A circle ends.
    #expect(Set(plan(["/a/x /b none bind", "/b/x /a none bind"])) == ["/a", "/b"])
    #expect(plan(["/a /a none bind"]) == ["/a"])
  }

  @Test func manyLines() {
    let deep = (1...60).reversed().map { "s /" + (1...$0).map { "d\($0)" }.joined(separator: "/") + " x" }
    #expect(plan(deep).map(\.count) == plan(deep).map(\.count).sorted())
    let many = Fstab(text((0..<5000).map { "s /m\($0) x" }.joined(separator: "\n")))
    #expect(many.entries.count == 4096 && many.mistakes.count == 904 && many.mountPlan.count == 4096)
  }

  @Test func rootAndSwap() {
    let fstab = Fstab(text("a / ext4 ro\nb none swap pri=1\nc none swap noauto\nd / ext4 errors=remount-ro,noatime"))
    #expect(fstab.root?.line == 4 && fstab.swaps.map { $0.line } == [2] && fstab.mountPlan.isEmpty)
    let remount = RootRemount(fstab.root, .readOnly)
    #expect(remount?.flags == .noAccessTime && remount?.data?.string == "errors=remount-ro")
    #expect(RootRemount(nil, .readWrite)?.flags == [] && RootRemount(nil, .readOnly)?.flags == .readOnly)
    #expect(RootRemount(nil, nil) == nil)
    #expect(RootRemount(Fstab(text("a / x ro")).root, .readWrite)?.flags == .readOnly)
  }

  @Test func sources() throws {
    func form(_ line: String) throws -> String {
      switch try FstabSource(Fstab(text(line)).entries[0]).form {
      case .plain: "plain"
      case .device(.fileSystemLabel(let label)): "label \(label.string)"
      case .device(.fileSystemUUID(let uuid)): "uuid \(uuid.string)"
      case .device(.partitionUUID(let uuid, _)): "part \(uuid.string)"
      case .device(.partitionLabel(let label)): "partlabel \(label.string)"
      case .device(.device(let name)): "device \(name.text.string)"
      default: "other"
      }
    }
    #expect(try form("LABEL=\"my disk\" /m x") == "label my disk")
    #expect(try form("LABEL=my\\040disk /m x") == "label my disk")
    #expect(try form("UUID='ab-cd' /m x") == "uuid ab-cd" && form("PARTUUID=12-34 /m x") == "part 12-34")
    #expect(try form("PARTLABEL=\"EFI System\" /m x") == "partlabel EFI System")
    #expect(try form("/dev/vda1 /m x") == "device vda1" && form("/dev/disk/by-uuid/ab /m x") == "uuid ab")
    #expect(try form("tmpfs /m tmpfs") == "plain" && form("host:/x /m nfs") == "plain" && form("/dev/x/../y /m x") == "plain")
    #expect(try form("/dev/vda1 /m none bind") == "plain" && form("/srv/UUID=1 /m none bind") == "plain")
    #expect(throws: BadWord.self) { try form("UUID=xyz /m x") }
    #expect(throws: BadWord.self) { try form("LABEL= /m x") }
  }

  @Test func swapSignatures() {
    func image(_ page: Int) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: 70_000)
      bytes.replaceSubrange(page - 10..<page, with: Array("SWAPSPACE2".utf8))
      for index in 0..<16 { bytes[1036 + index] = UInt8(index + 1) }
      bytes.replaceSubrange(1052..<1057, with: Array("swap0".utf8))
      return bytes
    }
    for page in [4096, 16384, 65536] {
      let bytes = image(page)
      let disk = DiskBytes(size: UInt64(bytes.count)) { offset, count in Array(bytes[Int(offset)..<Int(offset) + count]) }
      let found = SwapSignature.read(disk)
      #expect(found.map { String(decoding: $0.uuid, as: UTF8.self) } == "01020304-0506-0708-090a-0b0c0d0e0f10")
      #expect(found.map { String(decoding: $0.label, as: UTF8.self) } == "swap0")
    }
    let short = DiskBytes(size: 4095) { _, count in [UInt8](repeating: 0, count: count) }
    #expect(SwapSignature.read(short) == nil)
    let empty = DiskBytes(size: 100_000) { _, count in [UInt8](repeating: 0, count: count) }
    #expect(SwapSignature.read(empty) == nil)
  }

  @Test func mounted() {
    let table = text(
      """
      22 28 0:20 / /tmp rw shared:1 - tmpfs tmpfs rw
      23 28 254:1 / /mnt/my\\040disk rw,noatime - ext4 /dev/vda1 rw
      24 28 0:33 / /tmp rw - ramfs none rw
      """)
    #expect(MountedFileSystem.find(text("/tmp"), in: table).map { $0.isOf(type: text("ramfs")) && !$0.isDevice } == true)
    let disk = MountedFileSystem.find(text("/mnt/my disk"), in: table)
    #expect(disk?.isDevice == true && disk?.device == DeviceNumber(major: 254, minor: 1))
    #expect(MountedFileSystem.find(text("/mnt"), in: table) == nil)
  }

  @Test func neverTraps() {
    var random = SplitMix(seed: 4)
    let pieces = [
      "/", " ", "\t", "\n", "\\040", "\\", "\"", "'", "#", "LABEL=", "swap", "ext4", ",", "pri=", "x-", "..", "0", "a",
    ]
    for _ in 0..<5000 {
      var file: [UInt8] = []
      for _ in 0..<Int.random(in: 0...40, using: &random) {
        file +=
          Int.random(in: 0..<8, using: &random) == 0
          ? [UInt8.random(in: 0...255, using: &random)] : Array(pieces.randomElement(using: &random)!.utf8)
      }
      let fstab = Fstab(text(file))
      #expect(fstab.mountPlan.count <= fstab.entries.count)
      for entry in fstab.entries {
        #expect(entry.isSwap || entry.target.string.hasPrefix("/"))
        _ = try? FstabSource(entry)
      }
    }
  }
}
