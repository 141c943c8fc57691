extension Superblock {
  /// FAT12, FAT16 and FAT32: the boot sector. The label is an entry of the root directory; what the boot sector has in its place is not
  /// kept up to date by most systems.
  static func vfat(_ head: DiskBytes.Window, _ disk: DiskBytes) throws(SuperblockError) -> Superblock? {
    let marked =
      head.holds("FAT32   ", at: 0x52) || head.holds("MSWIN", at: 0x52) || head.holds("FAT16   ", at: 0x36)
      || head.holds("FAT12   ", at: 0x36) || head.holds("FAT     ", at: 0x36) || head.holds("MSDOS", at: 0x36)
    // Old ones have no mark of their own. JFS and HPFS have a FAT's boot sector, and so has BitLocker.
    let bootable = head.little16(0x1FE) == 0xAA55 && (head.byte(0) == 0xEB || head.byte(0) == 0xE9)
    let foreign = head.holds("JFS     ", at: 0x36) || head.holds("HPFS    ", at: 0x36) || head.holds("-FVE-FS-", at: 3)
    guard marked || bootable, !foreign else { return nil }
    guard let volume = FATVolume(head) else {
      if marked { throw .damaged(.vfat, "impossible geometry") }
      return nil
    }

    let serial = head.little32(volume.isFAT32 ? 0x43 : 0x27)
    var uuid: [UInt8] = []
    if serial != 0 {
      uuid.appendHexadecimal(serial >> 16, digits: 4, upperCase: true)
      uuid.append(UInt8(ascii: "-"))
      uuid.appendHexadecimal(serial, digits: 4, upperCase: true)
    }
    return Superblock(type: .vfat, uuid: uuid, label: volume.label(on: disk))
  }
}

/// Where things are in a FAT file system.
private struct FATVolume {
  let isFAT32: Bool
  private let clusterSize: UInt64
  /// Where the first table begins, in bytes, and how many clusters it has room for.
  private let table: UInt64
  private let tableEntries: UInt64
  /// Where the root directory of a FAT12 or FAT16, or the first cluster of a FAT32, begins.
  private let data: UInt64
  private let rootSize: UInt64
  private let rootCluster: UInt32

  /// fat_read_bpb() of Linux: nil for what the kernel would not mount.
  init?(_ head: DiskBytes.Window) {
    let sector = head.little16(0x0B)
    let cluster = head.byte(0x0D)
    let reserved = UInt64(head.little16(0x0E))
    let tables = UInt64(head.byte(0x10))
    let media = head.byte(0x15)
    guard Superblock.isPowerOfTwo(UInt32(sector), from: 512, to: 4096),
      Superblock.isPowerOfTwo(UInt32(cluster), from: 1, to: 128),
      reserved > 0, tables > 0, media >= 0xF8 || media == 0xF0
    else { return nil }

    let size = UInt64(sector)
    isFAT32 = head.little16(0x16) == 0
    let length = UInt64(isFAT32 ? head.little32(0x24) : UInt32(head.little16(0x16)))
    let entries = UInt64(head.little16(0x11))
    let sectors = UInt64(head.little16(0x13) != 0 ? UInt32(head.little16(0x13)) : head.little32(0x20))
    // None of these can overflow: 2^16 + 2^8 * 2^32 sectors of 2^12 bytes.
    let overhead = reserved + tables * length + (entries * 32 + size - 1) / size
    guard length > 0, sectors > overhead else { return nil }
    guard (sectors - overhead) / UInt64(cluster) <= (isFAT32 ? 0x0FFF_FFF6 : 0xFFF4) else { return nil }

    clusterSize = size * UInt64(cluster)
    table = reserved * size
    tableEntries = length * size / 4
    data = (reserved + tables * length) * size
    rootSize = entries * 32
    rootCluster = head.little32(0x2C)
  }

  /// How much of a root directory is read for its label, which is nearly always the first entry.
  private static let limit: UInt64 = 1 << 20

  func label(on disk: DiskBytes) -> [UInt8] {
    var label: [UInt8] = []
    guard isFAT32 else {
      _ = search(disk, at: data, count: min(rootSize, FATVolume.limit), &label)
      return label
    }
    var cluster = rootCluster & 0x0FFF_FFFF
    var rest = FATVolume.limit
    // A chain that bites its own tail ends with the limit.
    while cluster >= 2, UInt64(cluster) < tableEntries, rest > 0 {
      let count = min(clusterSize, rest)
      if search(disk, at: data + UInt64(cluster - 2) * clusterSize, count: count, &label) { break }
      rest -= count
      guard let next = disk.window(at: table + UInt64(cluster) * 4, count: 4) else { break }
      cluster = next.little32(0) & 0x0FFF_FFFF
    }
    return label
  }

  /// Looks through a part of a directory. Returns whether to look no further.
  private func search(_ disk: DiskBytes, at start: UInt64, count: UInt64, _ label: inout [UInt8]) -> Bool {
    var position: UInt64 = 0
    while position + 32 <= count {
      let piece = Int(min(count - position, 4096))
      guard let window = disk.window(at: start + position, count: piece) else { return true }
      var entry = 0
      while entry + 32 <= piece {
        let first = window.byte(entry)
        if first == 0 { return true }
        let attributes = window.byte(entry + 11)
        let isLongName = attributes & 0x3F == 0x0F
        let hasCluster = window.little16(entry + 20) != 0 || window.little16(entry + 26) != 0
        if first != 0xE5, !isLongName, !hasCluster, attributes & 0x18 == 0x08 {
          label = window.part(entry, 11).bytes
          if first == 0x05 { label[0] = 0xE5 }
          DiskBytes.Window.trim(&label)
          if window.holds("NO NAME    ", at: entry) { label = [] }
          return true
        }
        entry += 32
      }
      position += UInt64(piece)
    }
    return false
  }
}
