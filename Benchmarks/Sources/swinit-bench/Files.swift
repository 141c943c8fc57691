import Foundation

/// Where things are.
enum Files {
  /// The absolute path of an executable file; nil when there is none.
  static func absolute(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return access(resolved, X_OK) == 0 ? String(cString: resolved) : nil
  }

  /// A program looked up in PATH; nil when there is none.
  static func search(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    for directory in path.split(separator: ":") {
      if let found = absolute("\(directory)/\(name)") { return found }
    }
    return nil
  }

  /// Copies a file with its permissions, and leaves the copy in the page cache as an installed file is there: read, not written.
  static func copy(_ path: String, to target: String) throws(BenchError) {
    do {
      try FileManager.default.copyItem(atPath: path, toPath: target)
    } catch { throw .unavailable(reason: "\(path) cannot be copied to \(target): \(error)") }
    let descriptor = open(target, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(call: target, errno: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .system(call: "fsync \(target)", errno: errno) }
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    var buffer = [UInt8](repeating: 0, count: 65536)
    while read(descriptor, &buffer, buffer.count) > 0 {}
  }

  /// The size of a file in bytes.
  static func size(_ path: String) throws(BenchError) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system(call: "stat \(path)", errno: errno) }
    return Int(status.st_size)
  }

  /// The whole text of a file, those of /proc included.
  static func text(_ path: String) throws(BenchError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(call: path, errno: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16384)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count >= 0 else { throw .system(call: path, errno: errno) }
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
