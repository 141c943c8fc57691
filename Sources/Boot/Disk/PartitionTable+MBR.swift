/// msdos_partition() of Linux: four entries of sixteen bytes, and a chain of such tables for logical partitions.
enum MasterBootRecord {
  private struct Entry {
    let status: UInt8
    let type: UInt8
    /// In sectors of the disk.
    let start: UInt64
    let count: UInt64

    var isExtended: Bool { type == 0x05 || type == 0x0F || type == 0x85 }
  }

  private static func entry(_ block: DiskBytes.Window, _ index: Int) -> Entry {
    let offset = 0x1BE + 16 * index
    return Entry(
      status: block.byte(offset), type: block.byte(offset + 4), start: UInt64(block.little32(offset + 8)),
      count: UInt64(block.little32(offset + 12)))
  }

  private static func isMarked(_ block: DiskBytes.Window) -> Bool { block.little16(0x1FE) == 0xAA55 }

  /// is_pmbr_valid() of Linux: an entry of type EE that begins at sector 1, whatever else there is.
  static func isProtective(_ block: DiskBytes.Window) -> Bool {
    guard isMarked(block) else { return false }
    for index in 0..<4 {
      let entry = entry(block, index)
      if entry.type == 0xEE, entry.start == 1 { return true }
    }
    return false
  }

  /// Whether it is a table, and not a FAT's boot sector or AIX's.
  static func isPresent(_ block: DiskBytes.Window) -> Bool {
    guard isMarked(block), block.little32(0) != 0xC1D4_C2C9 else { return false }
    for index in 0..<4 {
      let entry = entry(block, index)
      if entry.status & 0x7F != 0 || entry.type == 0xEE { return false }
    }
    return true
  }

  static func read(_ block: DiskBytes.Window, _ disk: PartitionedDisk) -> PartitionTable {
    var table = PartitionTable(.mbr)
    let signature = block.little32(0x1B8)
    for index in 0..<4 {
      let entry = entry(block, index)
      guard entry.count > 0 else { continue }
      // Of an extended one only room for a boot loader, so that nobody makes a file system there.
      table.add(
        index + 1, start: entry.start, count: entry.isExtended ? min(entry.count, max(1024 / disk.sectorSize, 1)) : entry.count,
        on: disk, name(entry, signature, index + 1))
    }
    var logical = Logical(signature: signature, disk: disk)
    for index in 0..<4 {
      let entry = entry(block, index)
      if entry.count > 0, entry.isExtended { logical.follow(start: entry.start, count: entry.count, &table) }
    }
    return table
  }

  private static func name(_ entry: Entry, _ signature: UInt32, _ number: Int) -> Partition.Name {
    if entry.isExtended { return Partition.Name(type: hexadecimal(entry.type), isExtended: true) }
    var uuid: [UInt8] = []
    uuid.appendHexadecimal(signature, digits: 8)
    uuid.append(UInt8(ascii: "-"))
    uuid.appendHexadecimal(UInt32(truncatingIfNeeded: number), digits: 2)
    return Partition.Name(type: hexadecimal(entry.type), uuid: uuid)
  }

  /// `0x83`, and `0xc` as blkid has it.
  private static func hexadecimal(_ type: UInt8) -> [UInt8] {
    var text: [UInt8] = [UInt8(ascii: "0"), UInt8(ascii: "x")]
    text.appendHexadecimal(UInt32(type), digits: type < 16 ? 1 : 2)
    return text
  }

  /// parse_extended() of Linux. Numbers count on over several extended partitions.
  private struct Logical {
    let signature: UInt32
    let disk: PartitionedDisk
    private var next = 5
    /// The links that were followed.
    private var visited: [UInt64] = []

    init(signature: UInt32, disk: PartitionedDisk) {
      self.signature = signature
      self.disk = disk
    }

    mutating func follow(start first: UInt64, count firstCount: UInt64, _ table: inout PartitionTable) {
      var sector = first
      var count = firstCount
      var linksWithoutData = 0
      while true {
        linksWithoutData += 1
        guard linksWithoutData <= 100 else { return }
        guard next <= PartitionTable.lastNumber else { return table.add(.tooManyPartitions) }
        guard !visited.contains(sector) else { return table.add(.extendedLoop(sector: sector)) }
        visited.append(sector)
        guard let block = disk.window(sector: sector, count: 512) else { return table.add(.extendedUnreadable(sector: sector)) }
        guard MasterBootRecord.isMarked(block) else { return table.add(.extendedUnmarked(sector: sector)) }

        for index in 0..<4 {
          let entry = MasterBootRecord.entry(block, index)
          guard entry.count > 0, !entry.isExtended else { continue }
          // The third and fourth entries are garbage sometimes. All numbers are below 2^34.
          if index >= 2, entry.start + entry.count > count || sector + entry.start + entry.count > first + firstCount { continue }
          guard next <= PartitionTable.lastNumber else { return table.add(.tooManyPartitions) }
          table.add(
            next, start: sector + entry.start, count: entry.count, on: disk, MasterBootRecord.name(entry, signature, next))
          linksWithoutData = 0
          next += 1
        }

        var link: Entry?
        for index in 0..<4 where link == nil {
          let entry = MasterBootRecord.entry(block, index)
          if entry.count > 0, entry.isExtended { link = entry }
        }
        guard let link else { return }
        sector = first + link.start
        count = link.count
      }
    }
  }
}
