import Glibc

/// A kernel that a machine is booted with.
struct Kernel {
  enum Format {
    /// An ELF file, which QEMU boots by its PVH note: a good part of a second faster, nothing has to unpack itself.
    case unpacked
    /// x86's boot protocol, Documentation/arch/x86/boot.rst.
    case bzImage
  }

  let image: String
  let format: Format
  /// As uname(2) has it; nil where that cannot be told.
  let release: String?
  /// /lib/modules/RELEASE of it.
  let modules: String?

  /// What --kernel names: a file, a directory as `swvm kernel fetch` makes them, or a version. nil: the newest that was fetched, else the
  /// host's own.
  static func find(_ word: String?) throws(Complaint) -> Kernel {
    guard let word else { return try newest() }
    switch Files.kind(of: word) {
    case .directory: return try Kernel(directory: word)
    case .some: return try Kernel(file: word)
    case nil:
      if word.contains("/") { throw Complaint("there is no kernel \(word): \(Failure.text(ENOENT))") }
      let stored = "\(KernelStore.directory)/\(word)"
      if Files.kind(of: stored) == .directory { return try Kernel(directory: stored) }
      let installed = "/boot/vmlinuz-\(word)"
      if Files.kind(of: installed) != nil { return try Kernel(file: installed) }
      throw Complaint(
        "there is no kernel '\(word)': no such file, none of that version in \(KernelStore.directory) or /boot; see swvm kernel list"
      )
    }
  }

  private static func newest() throws(Complaint) -> Kernel {
    if let stored = KernelStore.list().last { return try Kernel(directory: stored.path) }
    var host = utsname()
    uname(&host)
    let release = withUnsafePointer(to: &host.release) {
      $0.withMemoryRebound(to: CChar.self, capacity: 65) { String(cString: $0) }
    }
    let installed = "/boot/vmlinuz-\(release)"
    if access(installed, R_OK) == 0 { return try Kernel(file: installed) }
    throw Complaint("there is no kernel to boot; 'swvm kernel fetch' gets Debian's, --kernel names one")
  }

  /// boot, vmlinux or vmlinuz, modules, version.
  init(directory: String) throws(Complaint) {
    for name in ["boot", "vmlinux", "vmlinuz", "bzImage"] where Files.kind(of: "\(directory)/\(name)") == .regular {
      try self.init(file: "\(directory)/\(name)")
      return
    }
    throw Complaint("there is no kernel in \(directory): none of boot, vmlinux, vmlinuz, bzImage")
  }

  init(file: String) throws(Complaint) {
    let image = Files.real(file) ?? file
    self.image = image
    let head = try Kernel.head(of: image)
    if head.starts(with: [0x7F, 0x45, 0x4C, 0x46]) {
      format = .unpacked
      // e_machine: EM_X86_64.
      guard head.count > 20, head[18] == 62, head[19] == 0 else {
        throw Complaint("\(file) is a program for another machine, no kernel for this one")
      }
    } else if head.count >= 0x210, Array(head[0x202..<0x206]) == Array("HdrS".utf8) {
      format = .bzImage
    } else {
      throw Complaint("\(file) is no kernel: neither a bzImage nor an ELF file")
    }
    let directory = Files.parent(of: image)
    let told = (try? Bytes.contents(of: "\(directory)/version")).map { String(decoding: $0.prefix { $0 != 10 }, as: UTF8.self) }
    let release = format == .bzImage ? try Kernel.release(ofImage: image, head) ?? told : told
    self.release = release
    let places = ["\(directory)/modules"] + (release.map { ["\(directory)/lib/modules/\($0)", "/lib/modules/\($0)"] } ?? [])
    modules = places.first { Files.kind(of: $0) == .directory }
  }

  private static func head(of path: String) throws(Complaint) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Complaint("cannot read the kernel \(path): \(Failure.text())") }
    defer { close(descriptor) }
    return Bytes.readSome(from: descriptor, limit: 1024) ?? []
  }

  /// The first word of the version text that a bzImage points to.
  private static func release(ofImage path: String, _ head: [UInt8]) throws(Complaint) -> String? {
    let offset = Int(head[0x20E]) | Int(head[0x20F]) << 8
    guard offset > 0 else { return nil }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    lseek(descriptor, off_t(offset + 0x200), SEEK_SET)
    let text = (Bytes.readSome(from: descriptor, limit: 256) ?? []).prefix { $0 != 0x20 && $0 != 0 }
    return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
  }
}
