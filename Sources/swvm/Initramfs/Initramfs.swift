import Glibc

/// What the machine finds in memory when it starts: the init, modules, and what somebody has added.
struct Initramfs {
  private var archive = Cpio()

  init(initProgram: String) throws(Complaint) {
    // The kernel opens it before anything is mounted.
    try archive.add("dev/console", .characterDevice, mode: 0o600, device: (5, 1))
    try archive.add("init", .file, mode: 0o755, data: try Bytes.contents(of: initProgram))
  }

  enum Signatures {
    case kept
    /// For a kernel that would check them only to find that it has no key.
    case left
  }

  /// Modules, where the init looks for them, with a modules.dep of these alone.
  mutating func add(
    _ modules: [KernelModules.Module], from directory: String, release: String, index: KernelModules,
    signatures: Signatures = .kept
  ) throws(Complaint) {
    guard !modules.isEmpty else { return }
    let place = "lib/modules/\(release)"
    for module in modules {
      let bytes = try Bytes.contents(of: "\(directory)/\(module.path)")
      let data = signatures == .kept ? bytes[...] : Initramfs.withoutSignature(bytes)
      try archive.add("\(place)/\(module.path)", .file, mode: 0o644, data: data)
    }
    let lines = try modules.map { (module) throws(Complaint) in
      let needs = try index.closure(of: [module.name]).dropLast().reversed().map(\.path)
      return "\(module.path):" + needs.map { " \($0)" }.joined() + "\n"
    }
    try archive.add("\(place)/modules.dep", .file, mode: 0o644, data: Array(lines.joined().utf8))
  }

  /// A file or a directory with all that is in it, at `place`; links stay links.
  mutating func add(path: String, at place: String) throws(Complaint) {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw Complaint("cannot read \(path): \(Failure.text())") }
    let name = place.hasPrefix("/") ? String(place.dropFirst()) : place
    let mode = UInt32(status.st_mode & 0o7777)
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      if !name.isEmpty { try archive.add(name, .directory, mode: mode) }
      for entry in Files.names(in: path) { try add(path: "\(path)/\(entry)", at: name.isEmpty ? entry : "\(name)/\(entry)") }
    case S_IFREG: try archive.add(name, .file, mode: mode, data: try Bytes.contents(of: path))
    case S_IFLNK:
      var target = [UInt8](repeating: 0, count: 4096)
      let count = target.withUnsafeMutableBytes { readlink(path, $0.baseAddress!, $0.count) }
      guard count >= 0 else { throw Complaint("cannot read \(path): \(Failure.text())") }
      try archive.add(name, .link, mode: 0o777, data: target[..<count])
    case S_IFCHR:
      try archive.add(name, .characterDevice, mode: mode, device: (UInt32(major(status.st_rdev)), UInt32(minor(status.st_rdev))))
    case S_IFBLK:
      try archive.add(name, .blockDevice, mode: mode, device: (UInt32(major(status.st_rdev)), UInt32(minor(status.st_rdev))))
    default: throw Complaint("\(path) cannot be put into an initramfs: it is neither file, directory, link nor device")
    }
  }

  /// struct module_signature at the end says how long the signature is; scripts/sign-file.c.
  static func withoutSignature(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    let mark = Array("~Module signature appended~\n".utf8)
    let end = bytes.count - mark.count
    guard end > 12, bytes[end...].elementsEqual(mark) else { return bytes[...] }
    let size = bytes[end - 4..<end].reduce(0) { $0 << 8 | Int($1) }
    return size < end - 12 ? bytes[..<(end - 12 - size)] : bytes[...]
  }

  consuming func finish() -> [UInt8] { archive.finish() }

  private func major(_ device: dev_t) -> UInt64 { (UInt64(device) >> 8 & 0xFFF) | (UInt64(device) >> 32 & ~0xFFF) }
  private func minor(_ device: dev_t) -> UInt64 { (UInt64(device) & 0xFF) | (UInt64(device) >> 12 & ~0xFF) }
}
