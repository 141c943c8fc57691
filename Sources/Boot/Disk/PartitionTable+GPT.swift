/// efi_partition() of Linux.
enum GUIDPartitionTable {
  private static let entrySize = 128
  /// KMALLOC_MAX_SIZE in bytes.
  private static let largestTable = 1 << 22

  /// Where the entries are, of a header that is sound.
  private struct Header {
    var entries: UInt64
    var count: Int
    var checksum: UInt32
  }

  static func read(_ disk: PartitionedDisk) throws(PartitionTableError) -> PartitionTable {
    let primary: GPTFault
    do throws(GPTFault) {
      return try table(at: 1, disk, isBackup: false)
    } catch { primary = error }
    do throws(GPTFault) {
      var table = try table(at: disk.lastSector, disk, isBackup: true)
      table.add(.primary(primary))
      return table
    } catch { throw .damagedGPT(primary: primary, backup: error) }
  }

  private static func table(at sector: UInt64, _ disk: PartitionedDisk, isBackup: Bool) throws(GPTFault) -> PartitionTable {
    let header = try header(at: sector, disk)
    var table = PartitionTable(.gpt(isBackup: isBackup))
    var crc = CRC32(CRC32.ethernet)
    var index = 0
    var offset = header.entries
    while index < header.count {
      let count = min(header.count - index, 128)
      guard let window = disk.bytes.window(at: offset, count: count * entrySize) else { throw .entriesUnreadable }
      crc.add(window, from: 0, count: window.count)
      for entry in 0..<count {
        let offset = entry * entrySize
        if window.little64(offset) == 0, window.little64(offset + 8) == 0 { continue }
        add(window.part(offset, entrySize), number: index + entry + 1, disk, &table)
      }
      index += count
      offset += UInt64(window.count)
    }
    guard ~crc.state == header.checksum else { throw .entriesChecksum }
    return table
  }

  /// is_gpt_valid() of Linux.
  private static func header(at sector: UInt64, _ disk: PartitionedDisk) throws(GPTFault) -> Header {
    guard let block = disk.window(sector: sector, count: Int(disk.sectorSize)) else { throw .unreadable }
    guard block.holds("EFI PART", at: 0) else { throw .noSignature }
    let size = Int(block.little32(12))
    guard size >= 92, size <= block.count else { throw .headerSize }
    var crc = CRC32(CRC32.ethernet)
    crc.add(block, from: 0, count: size, hole: 16)
    guard ~crc.state == block.little32(16) else { throw .headerChecksum }
    guard block.little64(24) == sector else { throw .elsewhere }
    let first = block.little64(40)
    let last = block.little64(48)
    guard first <= disk.lastSector, last <= disk.lastSector, first <= last else { throw .usableRange }
    guard block.little32(84) == entrySize else { throw .entrySize }
    let count = Int(block.little32(80))
    guard count > 0, count <= largestTable / entrySize else { throw .entryCount }
    let entries = block.little64(72)
    guard entries <= disk.lastSector else { throw .entriesUnreadable }
    return Header(entries: entries * disk.sectorSize, count: count, checksum: block.little32(88))
  }

  private static func add(_ entry: DiskBytes.Window, number: Int, _ disk: PartitionedDisk, _ table: inout PartitionTable) {
    guard number <= PartitionTable.lastNumber else { return table.add(.tooManyPartitions) }
    let start = entry.little64(32)
    let end = entry.little64(40)
    guard end >= start else { return table.add(.endsBeforeStart(number)) }
    // is_pte_valid() leaves out what ends behind the disk, and does not cut it.
    guard end <= disk.lastSector else {
      return table.add(start > disk.lastSector ? .beginsBehindEnd(number) : .endsBehindEnd(number))
    }

    let (label, kernelLabel) = labels(entry)
    let name = Partition.Name(
      type: entry.uuid(0, isGUID: true), uuid: entry.uuid(16, isGUID: true), label: label, kernelLabel: kernelLabel)
    table.add(number, start: start, count: end - start + 1, on: disk, name)
  }

  /// The label, 36 units of UTF-16, as UTF-8 and as utf16_le_to_7bit() of Linux has it.
  private static func labels(_ entry: DiskBytes.Window) -> (utf8: [UInt8], kernel: [UInt8]) {
    var utf8: [UInt8] = []
    var kernel: [UInt8] = []
    for index in 0..<36 {
      let unit = UInt8(truncatingIfNeeded: entry.little16(56 + 2 * index)) & 0x7F
      if unit == 0 { break }
      kernel.append(unit >= 0x20 && unit < 0x7F ? unit : UInt8(ascii: "!"))
    }
    var index = 0
    while index < 36 {
      let unit = UInt32(entry.little16(56 + 2 * index))
      index += 1
      if unit == 0 { break }
      guard unit >= 0xD800, unit < 0xE000 else {
        append(unit, to: &utf8)
        continue
      }
      let next = index < 36 ? UInt32(entry.little16(56 + 2 * index)) : 0
      if unit < 0xDC00, next >= 0xDC00, next < 0xE000 {
        append(0x10000 + (unit - 0xD800) << 10 + (next - 0xDC00), to: &utf8)
        index += 1
      } else {
        append(0xFFFD, to: &utf8)
      }
    }
    DiskBytes.Window.trim(&utf8)
    return (utf8, kernel)
  }

  private static func append(_ scalar: UInt32, to text: inout [UInt8]) {
    func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: scalar >> shift) & 0x3F }
    switch scalar {
    case ..<0x80: text.append(UInt8(truncatingIfNeeded: scalar))
    case ..<0x800: text += [0xC0 | UInt8(truncatingIfNeeded: scalar >> 6), tail(0)]
    case ..<0x10000: text += [0xE0 | UInt8(truncatingIfNeeded: scalar >> 12), tail(6), tail(0)]
    default: text += [0xF0 | UInt8(truncatingIfNeeded: scalar >> 18), tail(12), tail(6), tail(0)]
    }
  }
}
