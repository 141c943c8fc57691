import Glibc

/// The ELF file that lies packed in a bzImage. QEMU boots it by its PVH note, and nothing in the machine has to unpack it.
enum UnpackedKernel {
  /// Throws where there is none, it is packed in a way that is not known here, or it has no such note.
  static func make(from image: String, to path: String) async throws {
    let bytes = try Bytes.contents(of: image)
    guard let payload = payload(of: bytes) else { throw Complaint("\(image) is no bzImage with a packed kernel") }
    let (tool, isSizeInside): (String, Bool) =
      switch bytes[payload].prefix(4) {
      case [0xFD, 0x37, 0x7A, 0x58]: ("xz", false)
      case [0x28, 0xB5, 0x2F, 0xFD]: ("zstd", false)
      case [0x02, 0x21, 0x4C, 0x18]: ("lz4", false)
      case let head where head.starts(with: [0x1F, 0x8B]): ("gzip", true)
      default: throw Complaint("\(image) is packed in a way that is not known here")
      }
    let packed = "\(path).packed"
    let file = open(packed, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw Complaint("cannot write \(packed): \(Failure.text())") }
    // The last four bytes are the unpacked size, which all but gzip take for garbage.
    Bytes.writeAll(bytes[payload].dropLast(isSizeInside ? 0 : 4), to: file)
    close(file)
    defer { unlink(packed) }
    do {
      try await Tool.run(tool, ["-dc", packed], to: path)
      guard hasPVHNote(try Bytes.contents(of: path)) else {
        throw Complaint("\(image) cannot be booted unpacked: it has no PVH note")
      }
    } catch {
      unlink(path)
      throw error
    }
  }

  /// Where the boot protocol says that it lies; Documentation/arch/x86/boot.rst.
  static func payload(of bytes: [UInt8]) -> Range<Int>? {
    func number(_ offset: Int, _ size: Int) -> Int { (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) } }
    guard bytes.count > 0x250, bytes[0x202..<0x206].elementsEqual("HdrS".utf8), number(0x206, 2) >= 0x208 else { return nil }
    let start = (number(0x1F1, 1) + 1) * 512 + number(0x248, 4)
    let count = number(0x24C, 4)
    guard count > 8, start + count <= bytes.count else { return nil }
    return start..<start + count
  }

  /// XEN_ELFNOTE_PHYS32_ENTRY among the notes of the program headers.
  static func hasPVHNote(_ bytes: [UInt8]) -> Bool {
    func number(_ offset: Int, _ size: Int) -> Int {
      guard offset >= 0, offset + size <= bytes.count else { return 0 }
      return (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
    guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { return false }
    for index in 0..<number(56, 2) {
      let header = number(32, 8) + index * number(54, 2)
      guard number(header, 4) == 4 /* PT_NOTE */ else { continue }
      var offset = number(header + 8, 8)
      let end = offset + number(header + 32, 8)
      while offset + 12 <= min(end, bytes.count) {
        let name = number(offset, 4)
        let description = number(offset + 4, 4)
        if number(offset + 8, 4) == 18, name == 4, number(offset + 12, 4) == 0x6E_6558 /* "Xen" */ { return true }
        offset += 12 + (name + 3) / 4 * 4 + (description + 3) / 4 * 4
      }
    }
    return false
  }
}
