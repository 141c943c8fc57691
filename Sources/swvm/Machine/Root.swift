import Boot
import Glibc

/// What the machine's `/` is.
enum Root {
  /// A directory of the host's, the host's own root among them.
  case shared(Share)
  case disk(DiskImage)
  /// An initramfs of somebody's own, with everything in it.
  case archive(String)

  static func find(_ word: String?, _ access: Share.Access) throws(Complaint) -> Root {
    guard let word, word != "host" else { return .shared(Share(tag: "root", host: "/", guest: "/", access: access)) }
    guard let path = Files.real(word) else { throw Complaint("--rootfs \(word): \(Failure.text())") }
    switch Files.kind(of: path) {
    case .directory: return .shared(Share(tag: "root", host: path, guest: "/", access: access))
    case .regular, .device:
      let head = try DiskImage.head(of: path)
      if head.starts(with: "070701".utf8) || head.starts(with: [0x1F, 0x8B]) || head.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
        || head.starts(with: [0xFD] + Array("7zXZ".utf8)) || head.starts(with: [0x02, 0x21, 0x4C, 0x18])
      {
        return .archive(path)
      }
      return .disk(try DiskImage(path, access: access))
    default: throw Complaint("--rootfs \(word): neither a directory nor an image")
    }
  }
}

/// A disk for the machine.
struct DiskImage {
  enum Format: String {
    case raw, qcow2
  }

  let path: String
  let format: Format
  let access: Share.Access
  /// As the machine's kernel names it.
  let device: String
  /// The module of its file system; nil where that is not known.
  let fileSystem: String?

  static func head(of path: String) throws(Complaint) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Complaint("cannot read \(path): \(Failure.text())") }
    defer { close(descriptor) }
    return Bytes.readSome(from: descriptor, limit: 512) ?? []
  }

  init(_ path: String, access: Share.Access) throws(Complaint) {
    self.path = path
    self.access = access
    if access == .readWrite, Glibc.access(path, W_OK) != 0 { throw Complaint("cannot write to \(path): \(Failure.text())") }
    let head = try DiskImage.head(of: path)
    if head.starts(with: [0x51, 0x46, 0x49, 0xFB]) {
      // What is in it only QEMU knows.
      format = .qcow2
      device = "/dev/vda"
      fileSystem = nil
      return
    }
    format = .raw
    (device, fileSystem) = try DiskImage.look(at: path)
  }

  /// The disk itself, or its first partition with a file system.
  private static func look(at path: String) throws(Complaint) -> (String, String?) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Complaint("cannot read \(path): \(Failure.text())") }
    defer { close(descriptor) }
    let size = UInt64(max(0, lseek(descriptor, 0, SEEK_END)))
    func bytes(from start: UInt64, size: UInt64) -> DiskBytes {
      DiskBytes(size: size) { offset, count in
        var block = [UInt8](repeating: 0, count: count)
        let (place, overflow) = start.addingReportingOverflow(offset)
        guard !overflow, let place = off_t(exactly: place) else { return nil }
        let length = block.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, count, place) }
        return length == count ? block : nil
      }
    }
    func type(_ disk: DiskBytes) -> String? {
      guard let block = (try? Superblock.read(disk)) ?? nil else { return nil }
      return "\(block.type.name)"
    }
    if let known = type(bytes(from: 0, size: size)) { return ("/dev/vda", known) }
    if let table = (try? PartitionTable.read(bytes(from: 0, size: size), sectorSize: 512)) ?? nil {
      for part in table.partitions {
        if let known = type(bytes(from: part.start, size: part.size)) { return ("/dev/vda\(part.number)", known) }
      }
    }
    throw Complaint("\(path) is no image of a root: no file system is known on it, and no partition with one")
  }
}
