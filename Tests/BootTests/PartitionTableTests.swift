import Boot
import Sys
import TestSupport
import Testing

@Suite struct PartitionTableTests {
  @Test(arguments: [(.gpt, 512), (.gpt4096, 4096), (.dos, 512), (.dos4096, 4096)] as [(DiskImage, Int)])
  func saysWhatPartxSays(_ image: DiskImage, _ sectorSize: Int) throws {
    let table = try #require(try PartitionTable.read(image.contents.disk, sectorSize: sectorSize))
    #expect(table.problems.isEmpty)
    let lines = image.partx.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 5) }
    #expect(table.partitions.count == lines.count)
    for (partition, line) in zip(table.partitions, lines) {
      #expect(partition.number == Int(line[0]))
      #expect(partition.start == UInt64(line[1])! * 512)
      #expect(string(partition.type) == line[4])
      #expect(string(partition.label) == (line.count > 5 ? line[5] : ""))
      if ["0x5", "0xf"].contains(line[4]) {
        // The kernel makes it small and gives it no PARTUUID; partx does neither.
        #expect(partition.size == UInt64(max(1024, sectorSize)) && partition.uuid.isEmpty)
      } else {
        #expect(partition.size == UInt64(line[2])! * 512)
        #expect(string(partition.uuid) == line[3])
      }
    }
  }

  @Test func noTable() throws {
    for image in [DiskImage.ext4, .xfs, .btrfs, .squashfs, .erofs] {
      #expect(try PartitionTable.read(image.contents.disk, sectorSize: 512) == nil)
    }
    // A FAT's boot sector has 55 AA, too, and no partitions in it.
    for image in [DiskImage.fat12, .fat16, .fat32] {
      #expect(try PartitionTable.read(image.contents.disk, sectorSize: 512)?.partitions.isEmpty ?? true)
    }
    #expect(try PartitionTable.read(DiskImage.Contents(size: 100).disk, sectorSize: 512) == nil)
    // With the other sector size there is no header where it belongs.
    #expect(fault(DiskImage.gpt.contents, 4096).contains("no EFI PART where its header belongs"))
    #expect(fault(DiskImage.gpt4096.contents, 512).contains("no EFI PART where its header belongs"))
    for size in [0, 1, 511, 513, 1000, -512, 1 << 20] {
      #expect(fault(DiskImage.gpt.contents, size) == "impossible sector size \(size)")
    }
    let unreadable = DiskBytes(size: 1 << 20) { _, _ in nil }
    #expect(throws: PartitionTableError.self) { try PartitionTable.read(unreadable, sectorSize: 512) }
  }

  @Test(arguments: [
    (512, "no EFI PART where its header belongs"), (512 + 12, "impossible size of its header"),
    (512 + 13, "impossible size of its header"),
    (512 + 20, "wrong checksum of its header"), (512 + 56, "wrong checksum of its header"),
    (1024 + 3, "wrong checksum of its entries"),
    (1024 + 127 * 128, "wrong checksum of its entries"),
  ])
  func backup(_ offset: Int, _ why: String) throws {
    var contents = DiskImage.gpt.contents
    contents[offset] ^= 0x5A
    let table = try #require(try PartitionTable.read(contents.disk, sectorSize: 512))
    guard case .gpt(isBackup: true) = table.kind else { Issue.record("not the backup"); return }
    #expect(table.partitions.map(\.number) == [1, 2, 5])
    #expect(table.problems.map { $0.message.string } == ["the first GPT is not usable (\(why)), its backup is"])
    contents[(1 << 26) - 512 + 16] ^= 1
    #expect(fault(contents) == "its GPT is damaged (\(why)), and so is the backup (wrong checksum of its header)")
  }

  /// Fields that lie, under a checksum that is right.
  @Test(
    arguments: [
      (24, 2, "its header says that it stands elsewhere"), (40, 1 << 40, "it describes another disk's size"),
      (48, 1 << 40, "it describes another disk's size"), (48, 5, "it describes another disk's size"),
      (80, 0, "impossible number of entries"),
      (80, 0x7FFF_FFFF, "impossible number of entries"), (80, 32769, "impossible number of entries"),
      (84, 0, "its entries are not of 128 bytes"),
      (84, 256, "its entries are not of 128 bytes"), (72, 1 << 40, "its entries cannot be read"),
      (72, 131_070, "its entries cannot be read"),
      (72, -1, "its entries cannot be read"), (72, 3, "wrong checksum of its entries"), (88, 0, "wrong checksum of its entries"),
    ] as [(Int, Int, String)])
  func lies(_ field: Int, _ value: Int, _ why: String) throws {
    var contents = DiskImage.gpt.contents
    if field == 80 || field == 84 || field == 88 {
      contents.set(UInt32(truncatingIfNeeded: value), at: 512 + field)
    } else {
      contents.set(UInt64(bitPattern: Int64(value)), at: 512 + field)
    }
    Self.seal(&contents, entries: false)
    let table = try #require(try PartitionTable.read(contents.disk, sectorSize: 512))
    #expect(table.problems.map { $0.message.string } == ["the first GPT is not usable (\(why)), its backup is"])
  }

  @Test func entriesThatCannotBe() throws {
    var contents = DiskImage.gpt.contents
    let entry = contents.bytes(1024, 128)
    func add(_ number: Int, _ start: UInt64, _ end: UInt64) {
      contents.set(entry, at: 1024 + (number - 1) * 128)
      contents.set(start, at: 1024 + (number - 1) * 128 + 32)
      contents.set(end, at: 1024 + (number - 1) * 128 + 40)
    }
    add(7, 1 << 30, 1 << 31)
    add(8, 40000, 1 << 31)
    add(9, 50000, 49999)
    add(10, 9000, 10240)
    add(11, .max - 5, .max)
    add(12, 0, .max)
    add(128, 60000, 60000)
    Self.seal(&contents)
    let table = try #require(try PartitionTable.read(contents.disk, sectorSize: 512))
    #expect(table.partitions.map(\.number) == [1, 2, 5, 10, 128])
    #expect(table.partitions.last?.size == 512)
    #expect(
      table.problems.map { $0.message.string } == [
        "partition 7 begins behind the disk's end", "partition 8 ends behind the disk's end", "partition 9 ends before it begins",
        "partition 11 begins behind the disk's end", "partition 12 ends behind the disk's end", "partitions 1 and 10 overlap",
        "partitions 2 and 10 overlap",
      ])
  }

  @Test func moreEntriesThanLinuxHasNumbersFor() throws {
    var contents = DiskImage.gpt.contents
    let entry = contents.bytes(1024, 128)
    contents.set(UInt32(1024), at: 512 + 80)
    contents.set(UInt64(2000), at: 512 + 72)
    for number in 1...1024 {
      contents.set(entry, at: 512 * 2000 + (number - 1) * 128)
      contents.set(UInt64(40000 + number), at: 512 * 2000 + (number - 1) * 128 + 32)
      contents.set(UInt64(40000 + number), at: 512 * 2000 + (number - 1) * 128 + 40)
    }
    Self.seal(&contents)
    let table = try #require(try PartitionTable.read(contents.disk, sectorSize: 512))
    #expect(table.partitions.count == 255 && table.problems.count == 32)
    #expect(table.problems.first.map { $0.message.string } == "there are more than 255 partitions")
  }

  @Test func labels() throws {
    var contents = DiskImage.gpt.contents
    let root = try #require(try PartitionTable.read(contents.disk, sectorSize: 512)).partitions[1]
    #expect(root.matchesPARTLABEL(Text("Wurzel-Größe 🌳")))
    #expect(root.matchesPARTLABEL(Text("Wurzel-Gr!!e  !")) == false)
    // What Linux shows in /proc: seven bits of each unit. ö is F6 -> 76, ß is DF -> 5F, the tree D83C DF33 -> 3C 33.
    #expect(root.matchesPARTLABEL(Text("Wurzel-Grv_e <3")))
    #expect(!root.matchesPARTLABEL(Text("Wurzel")) && !root.matchesPARTLABEL(Text("")))

    func set(_ units: [UInt16]) { for (index, unit) in units.enumerated() { contents.set(unit, at: 1024 + 56 + 2 * index) } }
    set([0x41, 0xD83C, 0x42, 0xDF33, 0x07, 0x20AC, 0x20, 0x20, 0])
    Self.seal(&contents)
    let odd = try #require(try PartitionTable.read(contents.disk, sectorSize: 512)).partitions[0]
    #expect(string(odd.label) == "A\u{FFFD}B\u{FFFD}\u{07}€")
    #expect(odd.matchesPARTLABEL(Text("A<B3!,  ")))
    set([UInt16](repeating: 0x58, count: 36))
    Self.seal(&contents)
    #expect(try PartitionTable.read(contents.disk, sectorSize: 512)?.partitions[0].label.count == 36, "no NUL is needed")
    set([UInt16](repeating: 0xD83C, count: 36))
    Self.seal(&contents)
    #expect(try PartitionTable.read(contents.disk, sectorSize: 512)?.partitions[0].label.count == 36 * 3)
  }

  @Test func prefixOfPARTUUID() throws {
    let uuid = Text("aaaaaaaa-0001-0002-0003-00000000000c")
    for (wanted, matches) in [
      (uuid, true), (Text("AAAAAAAA-0001-0002-0003-00000000000C"), true), (Text("aaaaaaaa-0001"), true), (Text("A"), true),
      (Text(""), false), (Text("aaaaaaaa-0001-0002-0003-00000000000c0"), false), (Text("aaaaaaaa-0002"), false),
      (Text("aaaaaaaa_0001"), false),
      (Text("\u{FF}"), false),
    ] {
      #expect(matchesPARTUUID(wanted, partition: uuid) == matches, "\(wanted.string)")
    }
    #expect(!matchesPARTUUID(Text("0"), partition: Text("")))
    let table = try #require(try PartitionTable.read(DiskImage.dos.contents.disk, sectorSize: 512))
    #expect(table.partitions.filter { $0.matchesPARTUUID(Text("DEAD0B0E-06")) }.map(\.number) == [6])
    #expect(table.partitions.filter { $0.matchesPARTUUID(Text("dead0b0e-03")) }.isEmpty, "the extended partition has none")
    #expect(table.partitions.filter { $0.matchesPARTUUID(Text("dead")) }.map(\.number) == [1, 2, 5, 6, 7])
  }

  @Test func hybrid() throws {
    // A GPT counts when any of the four entries protects it.
    var contents = DiskImage.gpt.contents
    contents.set(contents.bytes(0x1BE, 16), at: 0x1CE)
    contents[0x1BE + 4] = 0x0C
    #expect(try PartitionTable.read(contents.disk, sectorSize: 512)?.partitions.count == 3)
    // One that begins elsewhere protects nothing, and is no MBR either.
    contents.set(UInt32(2), at: 0x1CE + 8)
    #expect(try PartitionTable.read(contents.disk, sectorSize: 512) == nil)
  }

  @Test func chainThatLoops() throws {
    var contents = DiskImage.dos.contents
    let first = 14336
    // The second link's pointer comes back to the first.
    let second = first + Int(contents[first * 512 + 0x1CE + 8]) + Int(contents[first * 512 + 0x1CE + 9]) << 8
    contents.set(UInt32(0), at: second * 512 + 0x1CE + 8)
    var table = try #require(try PartitionTable.read(contents.disk, sectorSize: 512))
    #expect(table.partitions.map(\.number) == [1, 2, 3, 5, 6])
    #expect(table.problems.map { $0.message.string } == ["the chain of logical partitions comes back to sector \(first)"])

    contents.set(UInt32(0xFFFF_FFFF), at: second * 512 + 0x1CE + 8)
    table = try #require(try PartitionTable.read(contents.disk, sectorSize: 512))
    #expect(table.problems.map { $0.message.string }.first?.hasSuffix("which cannot be read") == true)

    contents.set(UInt32(50000), at: second * 512 + 0x1CE + 8)
    table = try #require(try PartitionTable.read(contents.disk, sectorSize: 512))
    #expect(table.problems.map { $0.message.string }.first?.hasSuffix("which has no 55 AA") == true)
  }

  /// Links without data end after a hundred, as in the kernel; links with data at 255.
  @Test(arguments: [(false, 3), (true, 254)]) func longChains(_ withData: Bool, _ expected: Int) throws {
    var contents = DiskImage.dos.contents
    let first = 14336
    for link in 0..<1000 {
      let offset = (first + link * 100) * 512
      contents.set([UInt8](repeating: 0, count: 64), at: offset + 0x1BE)
      contents.set(UInt16(0xAA55), at: offset + 510)
      if withData { contents.set([0, 0, 0, 0, 0x83, 0, 0, 0, 1, 0, 0, 0, 50, 0, 0, 0], at: offset + 0x1BE) }
      contents.set([0, 0, 0, 0, 0x05, 0, 0, 0], at: offset + 0x1CE)
      contents.set(UInt32((link + 1) * 100), at: offset + 0x1CE + 8)
      contents.set(UInt32(100), at: offset + 0x1CE + 12)
    }
    let counter = DiskImage.Counter()
    let table = try #require(try PartitionTable.read(contents.counted(counter), sectorSize: 512))
    #expect(table.partitions.count == expected && table.partitions.last?.number == (withData ? 255 : 3))
    #expect(counter.reads < 300)
  }

  @Test func primaryPartitionsBehindTheEnd() throws {
    var contents = DiskImage.dos.contents
    contents.set(UInt32(0xFFFF_FFFF), at: 0x1BE + 8)
    contents.set(UInt32(0xFFFF_FFFF), at: 0x1CE + 12)
    let table = try #require(try PartitionTable.read(contents.disk, sectorSize: 512))
    #expect(table.partitions.map(\.number) == [2, 3, 5, 6, 7])
    #expect(table.partitions[0].start + table.partitions[0].size == 1 << 26, "cut as Linux cuts it")
    let problems = table.problems.map { $0.message.string }
    #expect(problems.prefix(2) == ["partition 1 begins behind the disk's end", "partition 2 ends behind the disk's end"])
    #expect(problems.dropFirst(2).allSatisfy { $0.hasSuffix("overlap") } && problems.count == 5)
  }

  @Test func noMasterBootRecord() throws {
    var contents = DiskImage.dos.contents
    contents[0x1BE] = 0x12
    #expect(try PartitionTable.read(contents.disk, sectorSize: 512) == nil, "a boot flag that cannot be")
    contents = DiskImage.dos.contents
    contents.set([0xC9, 0xC2, 0xD4, 0xC1], at: 0)
    #expect(try PartitionTable.read(contents.disk, sectorSize: 512) == nil, "AIX")
    contents = DiskImage.dos.contents
    contents[0x1FF] = 0
    #expect(try PartitionTable.read(contents.disk, sectorSize: 512) == nil)
  }

  @Test func randomBytes() throws {
    var random = SplitMix(seed: 5)
    for (image, sectorSize) in [(DiskImage.gpt, 512), (.gpt4096, 4096), (.dos, 512), (.dos4096, 4096), (.fat16, 512)] {
      let sound = image.contents
      let used = sound.used
      for round in 0..<150 {
        var contents = sound
        for _ in 0..<Int.random(in: 1...10, using: &random) {
          let place = used.randomElement(using: &random)! + Int.random(in: -2...2, using: &random)
          contents[max(0, place)] = Bool.random(using: &random) ? 0xFF : UInt8.random(in: 0...255, using: &random)
        }
        // The half of them with checksums that are right, so that the fields behind are looked at.
        if sectorSize == 512, image.blkidValue("PTTYPE") == "gpt", round % 2 == 0 {
          contents.set(Array("EFI PART".utf8), at: 512)
          contents.set(UInt32(92), at: 512 + 12)
          Self.seal(&contents)
        }
        if round % 5 == 0 { contents.size = Int.random(in: 0...image.size, using: &random) }
        let counter = DiskImage.Counter()
        guard let table = try? PartitionTable.read(contents.counted(counter), sectorSize: sectorSize) else { continue }
        #expect(counter.bytes < 9 << 20 && table.partitions.count <= 255 && table.problems.count <= 32)
        for partition in table.partitions {
          #expect(partition.size > 0 && partition.start + partition.size <= UInt64(contents.size))
        }
      }
    }
    for _ in 0..<120 {
      var contents = DiskImage.Contents(size: 1 << 16)
      contents.set((0..<4096).map { _ in UInt8.random(in: 0...255, using: &random) }, at: 0)
      contents.set(UInt16(0xAA55), at: 510)
      for entry in 0..<4 { contents[0x1BE + 16 * entry] = 0 }
      _ = try? PartitionTable.read(contents.disk, sectorSize: 512)
    }
  }

  private func fault(_ contents: DiskImage.Contents, _ sectorSize: Int = 512) -> String {
    do throws(PartitionTableError) {
      return "found \(String(describing: try PartitionTable.read(contents.disk, sectorSize: sectorSize)?.kind))"
    } catch { return error.message.string }
  }

  /// Makes the checksums of the first GPT right again.
  private static func seal(_ contents: inout DiskImage.Contents, entries: Bool = true) {
    func word(_ offset: Int) -> Int { contents.bytes(offset, 4).reversed().reduce(0) { $0 << 8 | Int($1) } }
    if entries, word(512 + 80) <= 4096, word(512 + 72) < 4096 {
      contents.set(crc32(contents.bytes(word(512 + 72) * 512, word(512 + 80) * 128)), at: 512 + 88)
    }
    contents.set(UInt32(0), at: 512 + 16)
    contents.set(crc32(contents.bytes(512, 92)), at: 512 + 16)
  }

  /// As in the textbook, so that the parser's own is not tested with itself.
  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var state: UInt32 = ~0
    for byte in bytes {
      state ^= UInt32(byte)
      for _ in 0..<8 { state = state & 1 == 0 ? state >> 1 : state >> 1 ^ 0xEDB8_8320 }
    }
    return ~state
  }
}
