import Boot
import Sys
import TestSupport
import Testing

@Suite struct SuperblockTests {
  static let images: [DiskImage] = [
    .ext2, .ext3, .ext4, .ext4bare, .xfs, .xfs4, .btrfs, .btrfsxx, .fat12, .fat16, .fat16nodir, .fat32, .fat32nolabel, .squashfs,
    .erofs,
  ]

  @Test(arguments: images) func saysWhatBlkidSays(_ image: DiskImage) throws {
    let found = try #require(try Superblock.read(image.contents.disk))
    #expect(String(describing: found.type.name) == image.blkidValue("TYPE"))
    #expect(string(found.uuid) == image.blkidValue("UUID"))
    #expect(string(found.label) == image.blkidValue("LABEL"))
  }

  @Test func nothing() throws {
    #expect(try Superblock.read(DiskImage.Contents(size: 1 << 20).disk) == nil)
    #expect(try Superblock.read(DiskImage.Contents(size: 0).disk) == nil)
    #expect(try Superblock.read(DiskImage.journal.contents.disk) == nil, "a journal is no file system")
    for image in [DiskImage.gpt, .gpt4096, .dos, .dos4096] { #expect(try Superblock.read(image.contents.disk) == nil) }
  }

  @Test func unreadable() {
    let disk = DiskBytes(size: 1 << 30) { _, _ in nil }
    #expect(fault(disk) == "cannot be read at byte 0")
    #expect(fault(DiskBytes(size: 1 << 30) { _, count in [UInt8](repeating: 0, count: count / 2) }) == "cannot be read at byte 0")
    let end = DiskBytes(size: 1 << 30) { offset, count in offset == 0 ? [UInt8](repeating: 0, count: count) : nil }
    #expect(fault(end) == "cannot be read at byte 65536")
  }

  @Test(
    arguments: [
      (.ext4, 1024 + 0x70, "ext4", "wrong checksum"), (.ext4, 1024 + 0x4C, "ext4", "its revision is unknown"),
      (.ext4, 1024 + 0x18, "ext4", "impossible block size"), (.ext2, 1024 + 0x58, "ext2", "impossible inode size"),
      (.xfs, 300, "xfs", "wrong checksum"), (.xfs, 4, "xfs", "impossible block size"),
      (.xfs4, 102, "xfs", "impossible sector size"),
      (.xfs4, 126, "xfs", "mkfs.xfs did not come to its end"), (.btrfs, 0x10000 + 300, "btrfs", "wrong checksum"),
      (.btrfs, 0x10000 + 50, "btrfs", "it says that it stands elsewhere"),
      (.btrfsxx, 0x10000 + 197, "btrfs", "its checksum is of an unknown kind"),
      (.squashfs, 28, "squashfs", "its version is not 4.0"), (.squashfs, 12, "squashfs", "impossible block size"),
      (.erofs, 1024 + 50, "erofs", "wrong checksum"), (.erofs, 1024 + 12, "erofs", "impossible block size"),
      (.fat16, 0x0D, "vfat", "impossible geometry"), (.fat32, 0x15, "vfat", "impossible geometry"),
    ] as [(DiskImage, Int, String, String)])
  func damage(_ image: DiskImage, _ offset: Int, _ type: String, _ what: String) {
    var contents = image.contents
    contents[offset] ^= 0x55
    #expect(fault(contents.disk) == "its \(type) superblock is damaged: \(what)")
  }

  @Test func cutOff() throws {
    for image in Self.images {
      for size in [512, 1024, 1100, 1500, 2048, 4095, 65536, 65537, 69631] where size < image.size {
        var contents = image.contents
        contents.size = size
        _ = try? Superblock.read(contents.disk)
      }
    }
    var contents = DiskImage.erofs.contents
    contents.size = 4000
    #expect(fault(contents.disk) == "its erofs superblock is damaged: it is cut off")
    contents = DiskImage.btrfs.contents
    contents.size = 69631
    #expect(try Superblock.read(contents.disk) == nil)
  }

  @Test func twoFileSystems() throws {
    // mke2fs leaves the first KiB to boot loaders: what was there may stay.
    var both = DiskImage.ext4.contents
    both.set(DiskImage.xfs.contents.bytes(0, 512), at: 0)
    #expect(fault(both.disk) == "it holds a superblock of xfs and one of ext4: name the device and rootfstype= instead")
    // Damaged leftovers do not count.
    both[300] ^= 1
    #expect(try Superblock.read(both.disk)?.type == .ext4)
    both = DiskImage.btrfs.contents
    both.set(DiskImage.fat16.contents.bytes(0, 512), at: 0)
    both[0x0D] = 3
    #expect(try Superblock.read(both.disk)?.type == .btrfs)
  }

  @Test func matching() throws {
    let ext4 = try #require(try Superblock.read(DiskImage.ext4.contents.disk))
    #expect(ext4.matchesUUID(Text("deadbeef-0123-4567-89ab-cdef01234567")))
    #expect(ext4.matchesUUID(Text("DEADBEEF-0123-4567-89AB-CDEF01234567")))
    #expect(!ext4.matchesUUID(Text("deadbeef-0123-4567-89ab-cdef0123456")), "the beginning is not enough")
    #expect(!ext4.matchesUUID(Text("deadbeef-0123-4567-89ab-cdef012345670")) && !ext4.matchesUUID(Text("")))
    #expect(
      ext4.matchesLabel(Text("my root disk 16b")) && !ext4.matchesLabel(Text("My root disk 16b")) && !ext4.matchesLabel(Text("")))
    let fat = try #require(try Superblock.read(DiskImage.fat32.contents.disk))
    #expect(fat.matchesUUID(Text("0a0b-0c0d")) && fat.matchesUUID(Text("0A0B-0C0D")) && fat.matchesLabel(Text("ESP")))
    let squashfs = try #require(try Superblock.read(DiskImage.squashfs.contents.disk))
    #expect(!squashfs.matchesUUID(Text("")) && !squashfs.matchesLabel(Text("")), "what is not there matches nothing")
  }

  @Test func labelsAsTheyAre() throws {
    var contents = DiskImage.ext2.contents
    contents.set([0xFF, 0x41, 0x20, 0x09, 0, 0x42] + [UInt8](repeating: 0, count: 10), at: 1024 + 0x78)
    #expect(try Superblock.read(contents.disk)?.label == [0xFF, 0x41])
    contents.set([UInt8](repeating: 0x20, count: 16), at: 1024 + 0x78)
    contents.set([UInt8](repeating: 0, count: 16), at: 1024 + 0x68)
    let found = try #require(try Superblock.read(contents.disk))
    #expect(found.label == [] && found.uuid == [])
    contents.set([UInt8](repeating: 0x78, count: 16), at: 1024 + 0x78)
    #expect(try Superblock.read(contents.disk)?.label.count == 16, "no NUL is needed")
  }

  @Test func largeBlockCountsOfExt4() throws {
    var contents = DiskImage.ext4bare.contents
    contents.set(UInt32(0x80) | 0x42, at: 1024 + 0x60)
    contents.set(UInt32(0), at: 1024 + 4)
    contents.set(UInt32(1), at: 1024 + 0x150)
    #expect(try Superblock.read(contents.disk)?.type == .ext4)
  }

  /// A root directory whose clusters chain to themselves, and one without an end, are read to a limit.
  @Test func boundedFAT() throws {
    var contents = DiskImage.fat32.contents
    let table = Int(contents[0x0E]) * 512
    let root = table + 2 * 512 * Int(contents[0x24] | 0) + 2 * 512 * 256 * Int(contents[0x25])
    for entry in 0..<16 { contents.set([0xE5] + [UInt8](repeating: 0x41, count: 31), at: root + 32 * entry) }
    contents.set(UInt32(2), at: table + 8)
    let counter = DiskImage.Counter()
    let found = try #require(try Superblock.read(contents.counted(counter)))
    #expect(found.label == [] && string(found.uuid) == "0A0B-0C0D")
    #expect(counter.bytes <= 1 << 20 + 1 << 17 && counter.reads < 5000)
    #expect(counter.reads > 1000, "the loop was there")
  }

  /// Whatever stands on a disk: an answer or an error, no trap and no long work.
  @Test func randomBytes() {
    var random = SplitMix(seed: 4)
    for image in Self.images + [.journal, .gpt, .dos] {
      let sound = image.contents
      let used = sound.used
      for _ in 0..<120 {
        var contents = sound
        for _ in 0..<Int.random(in: 1...8, using: &random) {
          let place = used.randomElement(using: &random)! + Int.random(in: -2...2, using: &random)
          contents[max(0, place)] = Bool.random(using: &random) ? 0xFF : UInt8.random(in: 0...255, using: &random)
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
          contents.size = Int.random(in: 0...min(image.size, 80000), using: &random)
        }
        let counter = DiskImage.Counter()
        _ = try? Superblock.read(contents.counted(counter))
        #expect(counter.bytes < 1 << 21)
      }
    }
    for round in 0..<300 {
      var contents = DiskImage.Contents(size: 70000)
      contents.set((0..<4096).map { _ in UInt8.random(in: 0...255, using: &random) }, at: 0)
      contents.set((0..<4096).map { _ in UInt8.random(in: 0...255, using: &random) }, at: 65536)
      // The mark that lets a parser begin.
      switch round % 6 {
      case 0: contents.set(UInt16(0xEF53), at: 1024 + 0x38)
      case 1: contents.set(Array("XFSB".utf8), at: 0)
      case 2: contents.set(Array("_BHRfS_M".utf8), at: 65536 + 64)
      case 3: contents.set(Array("hsqs".utf8), at: 0)
      case 4: contents.set(UInt32(0xE0F5_E1E2), at: 1024)
      default: contents.set(Array("FAT32   ".utf8), at: 0x52)
      }
      _ = try? Superblock.read(contents.disk)
    }
  }

  private func fault(_ disk: DiskBytes) -> String {
    do throws(SuperblockError) {
      return "found \(String(describing: try Superblock.read(disk)?.type))"
    } catch { return error.message.string }
  }
}
