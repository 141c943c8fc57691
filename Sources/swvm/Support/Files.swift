import Glibc

/// Questions to the file system.
enum Files {
  enum Kind {
    case regular, directory, link, device, other
  }

  static func kind(of path: String) -> Kind? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return kind(status)
  }

  static func kind(_ status: stat) -> Kind {
    switch status.st_mode & S_IFMT {
    case S_IFREG: .regular
    case S_IFDIR: .directory
    case S_IFLNK: .link
    case S_IFBLK, S_IFCHR: .device
    default: .other
    }
  }

  static func isExecutable(_ path: String) -> Bool { kind(of: path) == .regular && access(path, X_OK) == 0 }

  /// Without links, from the root; nil when there is no such file.
  static func real(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  static var current: String { real(".") ?? "/" }

  /// From the root, whether there is such a file or not.
  static func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : current + "/" + path }

  /// The names in a directory, sorted by their bytes.
  static func names(in directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// A program along PATH.
  static func program(_ name: String) -> String? {
    let path = variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/\(name)" }.first(where: isExecutable)
  }

  static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func name(of path: String) -> String { path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path }

  /// mkdir -p.
  static func makeDirectory(_ path: String) throws(Complaint) {
    if kind(of: path) == .directory { return }
    let above = parent(of: path)
    if above != path { try makeDirectory(above) }
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw Complaint("cannot make \(path): \(Failure.text())") }
  }
}
