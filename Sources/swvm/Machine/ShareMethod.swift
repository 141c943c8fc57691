import Glibc

/// How directories reach the machine.
enum ShareMethod {
  /// A daemon for each, vhost-user: the faster one. `Daemon` is the program.
  case virtiofs(VirtiofsDaemon)
  /// QEMU itself, virtfs: needs nobody's rights but the user's own.
  case ninep

  /// What --share asks for.
  enum Wish: String {
    case auto, virtiofs
    case ninep = "9p"
  }

  /// virtiofs before 9p, when not told otherwise; whichever the kernel and the host have.
  static func choose(_ modules: KernelModules?, _ wish: Wish = .auto) throws(Complaint) -> ShareMethod {
    func has(_ name: String) -> Bool { modules?.has(name) ?? true }
    let daemon = VirtiofsDaemon.find()
    if wish != .ninep, has("virtiofs"), let daemon, daemon.worksHere { return .virtiofs(daemon) }
    if wish != .virtiofs, has("9p"), has("9pnet_virtio") { return .ninep }
    if wish == .ninep { throw Complaint("this kernel has no 9p; 'swvm kernel fetch generic' gets one that has") }
    guard has("virtiofs") else {
      throw Complaint(
        "this kernel can show no directory of the host: it has neither virtiofs nor 9p; --rootfs with an image, or another --kernel"
      )
    }
    throw Complaint(
      daemon == nil
        ? "this kernel shows directories of the host by virtiofs alone, and there is no virtiofsd here (Debian: qemu-system-common or virtiofsd)"
        : "this kernel shows directories of the host by virtiofs alone, and this virtiofsd needs root; Debian's linux-image-amd64 (swvm kernel fetch generic) has 9p too"
    )
  }

  /// The file system's name, which is the module's too.
  var type: String {
    switch self {
    case .virtiofs: "virtiofs"
    case .ninep: "9p"
    }
  }

  var modules: [String] {
    switch self {
    case .virtiofs: ["virtiofs"]
    case .ninep: ["9pnet_virtio", "9p"]
    }
  }
}

/// virtiofsd: the one that comes with QEMU 7, or the later one in Rust.
struct VirtiofsDaemon {
  enum Kind {
    case ofQEMU, inRust
  }

  let path: String
  let kind: Kind

  static func find() -> VirtiofsDaemon? {
    if Files.isExecutable("/usr/libexec/virtiofsd") { return VirtiofsDaemon(path: "/usr/libexec/virtiofsd", kind: .inRust) }
    for path in ["/usr/lib/qemu/virtiofsd", "/usr/libexec/qemu/virtiofsd"] where Files.isExecutable(path) {
      return VirtiofsDaemon(path: path, kind: .ofQEMU)
    }
    return Files.program("virtiofsd").map { VirtiofsDaemon(path: $0, kind: .inRust) }
  }

  var worksHere: Bool { kind == .inRust || geteuid() == 0 }

  /// What serves `directory` to whoever connects to the listening socket with this number.
  func words(for directory: String, socket: Int, access: Share.Access) -> [String] {
    // What nobody changes meanwhile need not be asked for twice.
    let cache = access == .readOnly ? "always" : "auto"
    switch kind {
    case .ofQEMU:
      return [
        path, "--fd=\(socket)", "-o", "source=\(directory)", "-o", "sandbox=chroot", "-o", "cache=\(cache)", "-o",
        "log_level=err",
      ]
    case .inRust:
      let sandbox = geteuid() == 0 ? "chroot" : "namespace"
      let words = [
        path, "--fd=\(socket)", "--shared-dir=\(directory)", "--sandbox=\(sandbox)", "--cache=\(cache)", "--log-level=error",
      ]
      return words + (access == .readOnly ? ["--readonly"] : [])
    }
  }
}
