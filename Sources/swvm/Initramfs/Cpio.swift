/// Writes an archive as the kernel's initramfs takes it: cpio, "newc". Same input, same bytes: owners, times and numbers are its own.
struct Cpio {
  private(set) var bytes: [UInt8] = []
  private var count: UInt32 = 0
  private var directories: Set<String> = []

  enum Kind: UInt32 {
    case directory = 0o040000
    case file = 0o100000
    case link = 0o120000
    case characterDevice = 0o020000
    case blockDevice = 0o060000
  }

  /// - Parameter path: without a '/' in front.
  mutating func add(
    _ path: String, _ kind: Kind, mode: UInt32, data: some Collection<UInt8> = EmptyCollection<UInt8>(),
    device: (UInt32, UInt32) = (0, 0)
  ) throws(Complaint) {
    guard let size = UInt32(exactly: data.count), path.utf8.count < 4096 else {
      throw Complaint("\(path) does not fit into an initramfs")
    }
    addDirectories(above: path)
    if kind == .directory, !directories.insert(path).inserted { return }
    entry(path, kind.rawValue | mode, size, device)
    bytes += data
    pad()
  }

  /// Those that no entry has made.
  private mutating func addDirectories(above path: String) {
    var position = path.startIndex
    while let slash = path[position...].firstIndex(of: "/") {
      let directory = String(path[..<slash])
      if directories.insert(directory).inserted { entry(directory, Kind.directory.rawValue | 0o755, 0, (0, 0)) }
      position = path.index(after: slash)
    }
  }

  private mutating func entry(_ name: String, _ mode: UInt32, _ size: UInt32, _ device: (UInt32, UInt32)) {
    count += 1
    bytes += "070701".utf8
    let links: UInt32 = mode & 0o170000 == Kind.directory.rawValue ? 2 : 1
    // Number, mode, owner, group, links, time, size, the device that it is on, the one that it is, length of the name, checksum.
    for field in [count, mode, 0, 0, links, 0, size, 0, 0, device.0, device.1, UInt32(name.utf8.count + 1), 0] {
      hexadecimal(field)
    }
    bytes += name.utf8
    bytes.append(0)
    pad()
  }

  private mutating func hexadecimal(_ value: UInt32) {
    for shift in stride(from: 28, through: 0, by: -4) {
      let digit = UInt8(value >> UInt32(shift) & 15)
      bytes.append(digit < 10 ? digit + 0x30 : digit + 0x37)
    }
  }

  private mutating func pad() { while bytes.count % 4 != 0 { bytes.append(0) } }

  /// The whole archive.
  consuming func finish() -> [UInt8] {
    entry("TRAILER!!!", 0, 0, (0, 0))
    while bytes.count % 512 != 0 { bytes.append(0) }
    return bytes
  }
}
