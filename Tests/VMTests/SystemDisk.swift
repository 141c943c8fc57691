/// The disks of systems under test.
extension Disk {
  /// Programs of busybox's that such a disk has as commands.
  private static let applets = ["cat", "chmod", "date", "dd", "ip", "ls", "md5sum", "mount", "ps", "sleep", "touch", "tty"]
  private static nonisolated(unsafe) var systems: [String: Disk] = [:]

  /// A root with the label `system`, whose /sbin/init is swinit. `texts` are files by path and content, `scripts` the same and executable,
  /// `files` path and source.
  static func system(
    _ texts: [(String, String)] = [], scripts: [(String, String)] = [], files: [(String, String)] = [],
    links: [(String, String)] = [], directories: [String] = [], size: String = "24M"
  ) throws -> Disk {
    let key = "\(texts)\(scripts)\(files)\(links)\(directories)\(size)"
    if let disk = systems[key] { return disk }
    let ends = ["poweroff", "reboot", "halt"].map { ("/sbin/\($0)", "init") }
    let root = try Disk.directory(
      actAs: ["/act"], directories: ["/mnt", "/data", "/etc"] + directories,
      links: [("/bin/sh", "busybox")] + ends + applets.map { ("/bin/\($0)", "busybox") } + links,
      files: [("/sbin/init", Place.swinit), ("/bin/busybox", "/usr/bin/busybox")] + files
        + texts.map { ($0, try Place.file($1)) } + scripts.map { ($0, try Place.file($1, mode: 0o755)) })
    let disk = try Disk("size=\(size),label=system,from=\(root)")
    systems[key] = disk
    return disk
  }
}

extension Machine {
  /// Boots such a root as a kernel without an initramfs does.
  static func system(
    _ disk: Disk, _ line: String = "rw", panic: Int? = -1, disks: [Disk] = [], secondPort: Bool = false, monitor: Bool = false,
    more: [String] = []
  ) throws -> Machine {
    try Machine(
      nil, line: "root=/dev/nvme0n1 rootwait \(line)", kind: .pc, panic: panic, disks: [disk] + disks, secondPort: secondPort,
      monitor: monitor, more: more)
  }

  /// Types on the console as soon as a shell waits there.
  func command(line: String) throws {
    try text("# ")
    type("\(line)\n")
  }
}

/// A disk that keeps what the guest writes.
struct KeptDisk {
  let path = Place.fresh("kept")

  init(_ disk: Disk) throws { try Place.run(["cp", "--sparse=always", disk.path, path]) }

  /// It comes before the others.
  var first: Disk { Disk(path: path, changes: .kept) }

  /// Whether fsck finds nothing to mend, and it says of itself that it was unmounted.
  func check() throws {
    try Place.run([
      "sh", "-c", "PATH=$PATH:/sbin:/usr/sbin; e2fsck -f -n \(path) && dumpe2fs -h \(path) 2>&1 | grep -q 'state: *clean$'",
    ])
  }

  /// What md5sum(1) says of a file on it.
  func sum(of file: String) throws -> String {
    try Place.run(["sh", "-c", "PATH=$PATH:/sbin:/usr/sbin; debugfs -R 'cat \(file)' \(path) 2>/dev/null | md5sum"])
  }
}
