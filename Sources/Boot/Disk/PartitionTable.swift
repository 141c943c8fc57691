public import Sys

/// The partitions of a disk, as Linux numbers and names them: GPT, or else MBR.
///
/// Mirrors efi_partition() and msdos_partition() of block/partitions/. What is wrong with a table that can still be used is in
/// `problems`; a table that cannot is an error.
public struct PartitionTable {
  public enum Kind: Sendable {
    /// `isBackup`: the first header is damaged and the one at the disk's end was read. The kernel does that only with `gpt` on its
    /// command line: without it, it has no devices for these partitions.
    case gpt(isBackup: Bool)
    case mbr
  }

  public let kind: Kind
  /// In the order of the table; logical partitions behind the primary ones.
  public private(set) var partitions: [Partition] = []
  /// At most 32 of them.
  public private(set) var problems: [Problem] = []

  /// DISK_MAX_PARTS: Linux has no numbers above.
  static let lastNumber = 255

  init(_ kind: Kind) { self.kind = kind }

  /// The table of `disk`, whose sectors have `sectorSize` bytes (queue/logical_block_size). nil: there is none.
  ///
  /// Reads at most two GPTs of 4 MiB, or the links of 255 logical partitions.
  public static func read(_ disk: DiskBytes, sectorSize: Int) throws(PartitionTableError) -> PartitionTable? {
    guard sectorSize >= 512, sectorSize <= 65536, sectorSize & (sectorSize - 1) == 0 else { throw .sectorSize(sectorSize) }
    guard disk.size >= UInt64(sectorSize) else { return nil }
    guard let first = disk.window(at: 0, count: 512) else { throw .unreadable(offset: 0) }
    let disk = PartitionedDisk(bytes: disk, sectorSize: UInt64(sectorSize))

    var table: PartitionTable?
    if MasterBootRecord.isProtective(first) {
      table = try GUIDPartitionTable.read(disk)
    } else if MasterBootRecord.isPresent(first) {
      table = MasterBootRecord.read(first, disk)
    }
    table?.findOverlaps()
    return table
  }

  /// Adds a partition as add_partition() of Linux does: one that begins behind the disk's end is left out, and one that ends there is cut.
  mutating func add(_ number: Int, start: UInt64, count: UInt64, on disk: PartitionedDisk, _ name: Partition.Name) {
    let end = disk.bytes.size / disk.sectorSize
    guard start < end else { return add(.beginsBehindEnd(number)) }
    var count = count
    if count > end - start {
      add(.endsBehindEnd(number))
      count = end - start
    }
    partitions.append(Partition(number: number, start: start * disk.sectorSize, size: count * disk.sectorSize, name: name))
  }

  mutating func add(_ problem: Problem) {
    if problems.count < 32 { problems.append(problem) }
  }

  private mutating func findOverlaps() {
    for (index, one) in partitions.enumerated() {
      for other in partitions[..<index] where one.start < other.start + other.size && other.start < one.start + one.size {
        if one.name.isExtended || other.name.isExtended { continue }
        add(.overlap(other.number, one.number))
      }
    }
  }
}

public struct Partition {
  /// From 1, the number in the device's name; logical ones of an MBR from 5.
  public let number: Int
  /// In bytes.
  public let start: UInt64
  /// In bytes, never 0. An extended partition has, as in Linux, only its first KiB or sector.
  public let size: UInt64
  let name: Name

  struct Name {
    var type: [UInt8]
    var uuid: [UInt8] = []
    var label: [UInt8] = []
    var kernelLabel: [UInt8] = []
    var isExtended = false
  }

  /// As blkid's PART_ENTRY_TYPE: a GUID in lower case, or `0x83`.
  public var type: [UInt8] { name.type }
  /// PARTUUID as the kernel has it: a GUID in lower case, or `SSSSSSSS-PP`. Empty for an extended partition.
  public var uuid: [UInt8] { name.uuid }
  /// A GPT's label as UTF-8, without blanks at its end. Empty for an MBR.
  public var label: [UInt8] { name.label }

  /// PARTUUID=: as the kernel compares.
  public func matchesPARTUUID(_ wanted: Text) -> Bool {
    uuid.withUnsafeBufferPointer { Boot.matchesPARTUUID(wanted, partition: Text($0)) }
  }

  /// PARTLABEL=: the label byte for byte, or what the kernel makes of it, which has only seven bits of each character.
  public func matchesPARTLABEL(_ wanted: Text) -> Bool {
    !wanted.isEmpty && (wanted.bytes.elementsEqual(label) || wanted.bytes.elementsEqual(name.kernelLabel))
  }
}

/// match_dev_by_uuid() of Linux: only the length of what is wanted is compared, so the beginning of a UUID is enough, in either case.
public func matchesPARTUUID(_ wanted: Text, partition uuid: Text) -> Bool {
  guard !wanted.isEmpty, wanted.count <= uuid.count else { return false }
  return wanted.bytes.elementsEqual(uuid.prefix(wanted.count).bytes) { asciiLowercase($0) == asciiLowercase($1) }
}

extension PartitionTable {
  /// What is wrong with a table that can be used all the same.
  public enum Problem: Sendable {
    /// The backup was read; why the first one was not.
    case primary(GPTFault)
    case beginsBehindEnd(Int)
    case endsBehindEnd(Int)
    case endsBeforeStart(Int)
    case overlap(Int, Int)
    case extendedLoop(sector: UInt64)
    case extendedUnreadable(sector: UInt64)
    case extendedUnmarked(sector: UInt64)
    case tooManyPartitions

    public var message: Message {
      switch self {
      case .primary(let fault): "the first GPT is not usable (\(fault.text)), its backup is"
      case .beginsBehindEnd(let number): "partition \(number) begins behind the disk's end"
      case .endsBehindEnd(let number): "partition \(number) ends behind the disk's end"
      case .endsBeforeStart(let number): "partition \(number) ends before it begins"
      case .overlap(let one, let other): "partitions \(one) and \(other) overlap"
      case .extendedLoop(let sector): "the chain of logical partitions comes back to sector \(Int64(clamping: sector))"
      case .extendedUnreadable(let sector):
        "the chain of logical partitions breaks off at sector \(Int64(clamping: sector)), which cannot be read"
      case .extendedUnmarked(let sector):
        "the chain of logical partitions breaks off at sector \(Int64(clamping: sector)), which has no 55 AA"
      case .tooManyPartitions: "there are more than 255 partitions"
      }
    }
  }
}

/// Why one of the two GPTs cannot be used.
public enum GPTFault: Error {
  case unreadable, noSignature, headerSize, headerChecksum, elsewhere, usableRange
  case entrySize, entryCount, entriesUnreadable, entriesChecksum

  public var text: StaticString {
    switch self {
    case .unreadable: "its header cannot be read"
    case .noSignature: "no EFI PART where its header belongs"
    case .headerSize: "impossible size of its header"
    case .headerChecksum: "wrong checksum of its header"
    case .elsewhere: "its header says that it stands elsewhere"
    case .usableRange: "it describes another disk's size"
    case .entrySize: "its entries are not of 128 bytes"
    case .entryCount: "impossible number of entries"
    case .entriesUnreadable: "its entries cannot be read"
    case .entriesChecksum: "wrong checksum of its entries"
    }
  }
}

/// Why a disk's partitions cannot be told.
public enum PartitionTableError: Error {
  case sectorSize(Int)
  case unreadable(offset: UInt64)
  /// The MBR says that there is a GPT.
  case damagedGPT(primary: GPTFault, backup: GPTFault)

  /// Fits behind "/dev/vda: ".
  public var message: Message {
    switch self {
    case .sectorSize(let size): "impossible sector size \(size)"
    case .unreadable(let offset): "cannot be read at byte \(Int64(clamping: offset))"
    case .damagedGPT(let primary, let backup): "its GPT is damaged (\(primary.text)), and so is the backup (\(backup.text))"
    }
  }
}

/// A disk that is read by sectors.
struct PartitionedDisk {
  let bytes: DiskBytes
  let sectorSize: UInt64

  var lastSector: UInt64 { bytes.size / sectorSize - 1 }

  /// `count` bytes from the beginning of a sector.
  func window(sector: UInt64, count: Int) -> DiskBytes.Window? {
    let (offset, overflow) = sector.multipliedReportingOverflow(by: sectorSize)
    return overflow ? nil : bytes.window(at: offset, count: count)
  }
}
