public import Sys

/// A disk or partition that the kernel knows, /sys/class/block.
public struct BlockDevice {
  /// The kernel's name, with '!' where the name in /dev has '/'.
  public let sysfsName: [UInt8]
  public let number: DeviceNumber
  /// In bytes.
  public let size: UInt64
  /// nil for a whole disk.
  public let partition: Int?

  /// Its node in /dev.
  public var node: CString {
    CString(copying: Array(Text("/dev/").bytes) + sysfsName.map { $0 == UInt8(ascii: "!") ? UInt8(ascii: "/") : $0 })
  }

  /// All of them, in the order of the directory.
  public static func all() -> [BlockDevice] {
    var devices: [BlockDevice] = []
    try? Directory.forEach(in: "/sys/class/block") { name in
      let sysfsName = [UInt8](name.bytes)
      guard let number = attribute(sysfsName, "dev").flatMap({ try? DeviceNumber(Text($0)) }) else { return }
      // sysfs counts in sectors of 512 bytes, whatever the disk's own are.
      let sectors = number512(attribute(sysfsName, "size"))
      let partition = attribute(sysfsName, "partition").map { Int(number512($0)) }
      devices.append(BlockDevice(sysfsName: sysfsName, number: number, size: sectors &* 512, partition: partition))
    }
    return devices
  }

  /// The bytes of an attribute, without its newline.
  private static func attribute(_ name: [UInt8], _ attribute: StaticString) -> UnsafeBufferPointer<UInt8>? {
    let path = CString(copying: Array(Text("/sys/class/block/").bytes) + name + [UInt8(ascii: "/")] + Text(attribute).bytes)
    let text = FileDescriptor.text(of: path)
    return text.isEmpty ? nil : (text.cut(at: UInt8(ascii: "\n"))?.before ?? text).bytes
  }

  private static func number512(_ bytes: UnsafeBufferPointer<UInt8>?) -> UInt64 {
    UInt64(bytes.flatMap { Text($0).decimal(upTo: 1 << 54) } ?? 0)
  }

  /// Calls `body` with its bytes; nil when it cannot be opened.
  func withBytes<Result>(_ body: (DiskBytes) -> Result) -> Result? {
    guard let file = try? FileDescriptor(opening: node, .read) else { return nil }
    let descriptor = file.rawValue
    let result = body(DiskBytes(size: size) { offset, count in FileDescriptor.read(from: descriptor, at: offset, count: count) })
    _ = consume file
    return result
  }

  public var superblock: Superblock? { withBytes { disk in (try? Superblock.read(disk)) ?? nil } ?? nil }
  var partitionTable: PartitionTable? { withBytes { disk in (try? PartitionTable.read(disk, sectorSize: 512)) ?? nil } ?? nil }
}

/// Finds what root= asks for among the devices that are there.
public struct RootFinder {
  private let specification: RootSpecification

  public init(_ specification: RootSpecification) { self.specification = specification }

  /// The device; nil while it is not there.
  public func find() -> BlockDevice? {
    let devices = BlockDevice.all()
    switch specification {
    case .none, .source, .memory: return nil
    case .device(let name): return devices.first { $0.sysfsName == name.sysfsName }
    case .number(let number): return devices.first { $0.number == number }
    case .fileSystemUUID(let uuid): return devices.first { $0.superblock?.matchesUUID(uuid) == true }
    case .fileSystemLabel(let label): return devices.first { $0.superblock?.matchesLabel(label) == true }
    case .partitionUUID(let uuid, let offset): return partition(devices, offset) { $0.matchesPARTUUID(uuid) }
    case .partitionLabel(let label): return partition(devices, 0) { $0.matchesPARTLABEL(label) }
    }
  }

  /// The partition whose number is `offset` above that of the one that matches, on the same disk.
  private func partition(_ devices: [BlockDevice], _ offset: Int, _ matches: (Partition) -> Bool) -> BlockDevice? {
    for disk in devices where disk.partition == nil && disk.size > 0 {
      guard let table = disk.partitionTable, let found = table.partitions.first(where: matches) else { continue }
      return devices.first { $0.partition == found.number + offset && $0.isPartition(of: disk) }
    }
    return nil
  }

  /// What is there, for the one whose root is not: `vda 1024 MiB, vda1 ext4 "root" 1000 MiB`.
  public static var listing: Message {
    var list = Message()
    for device in BlockDevice.all() where device.size > 0 {
      if list.count > 0 { list.append(", ") }
      device.sysfsName.withUnsafeBufferPointer { list.append(word: Text($0)) }
      if let superblock = device.superblock {
        list.append(contentsOf: " \(superblock.type.name)")
        if !superblock.label.isEmpty {
          superblock.label.withUnsafeBufferPointer { list.append(contentsOf: " LABEL=\(Text($0))") }
        }
        if !superblock.uuid.isEmpty { superblock.uuid.withUnsafeBufferPointer { list.append(contentsOf: " UUID=\(Text($0))") } }
      }
      list.append(contentsOf: " \(Int(clamping: device.size >> 20)) MiB")
    }
    return list.count > 0 ? list : "none at all"
  }
}

extension BlockDevice {
  /// By the kernel's rule: the disk's name, a "p" when that ends with a digit, the number.
  func isPartition(of disk: BlockDevice) -> Bool {
    guard sysfsName.count > disk.sysfsName.count, sysfsName.starts(with: disk.sysfsName) else { return false }
    var rest = sysfsName.dropFirst(disk.sysfsName.count)
    if let last = disk.sysfsName.last, last >= UInt8(ascii: "0"), last <= UInt8(ascii: "9") {
      guard rest.first == UInt8(ascii: "p") else { return false }
      rest = rest.dropFirst()
    }
    return !rest.isEmpty && rest.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }
}
