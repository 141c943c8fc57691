import Glibc

/// What swvm says of itself.
enum StandardError {
  static let isTerminal = isatty(2) == 1

  static func write(_ text: String) { Bytes.writeAll(Array(text.utf8), to: 2) }
}

/// Bytes to and from descriptors.
enum Bytes {
  /// Everything, however slow the reader. What a reader that has gone does not take is lost.
  static func writeAll(_ bytes: some Sequence<UInt8>, to descriptor: Int32) {
    Array(bytes).withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        done += count
      }
    }
  }

  /// A file with these bytes: whoever reads it sees the whole of it or what was there before.
  static func write(_ bytes: [UInt8], toFile path: String) throws(Complaint) {
    var status = stat()
    // What is no file of its own (/dev/stdout, a pipe) is written to as it is.
    let isFile = stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
    let new = isFile ? "\(path).\(getpid())" : path
    let file = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw Complaint("cannot write \(path): \(Failure.text())") }
    writeAll(bytes, to: file)
    let isWhole = !isFile || (fstat(file, &status) == 0 && Int(status.st_size) == bytes.count)
    close(file)
    if !isFile { return }
    guard isWhole, rename(new, path) == 0 else {
      let reason = Failure.text()
      unlink(new)
      throw Complaint("cannot write \(path): \(reason)")
    }
  }

  /// What is there now, at most `limit`; nil at the end.
  static func readSome(from descriptor: Int32, limit: Int = 65536) -> [UInt8]? {
    var isOver = false
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      var result: Int
      repeat { result = read(descriptor, buffer.baseAddress, limit) } while result < 0 && errno == EINTR
      count = max(0, result)
      isOver = result == 0 || (result < 0 && errno != EAGAIN)
    }
    return isOver ? nil : bytes
  }

  /// A whole file.
  static func contents(of path: String) throws(Complaint) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Complaint("cannot read \(path): \(Failure.text())") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      throw Complaint("cannot read \(path): it is a directory")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(status.st_size) + 1)
    while let more = readSome(from: descriptor, limit: max(65536, Int(status.st_size) - bytes.count + 1)), !more.isEmpty {
      bytes += more
    }
    return bytes
  }
}

/// The error number of the last call that failed.
enum Failure {
  static func text(_ number: Int32 = errno) -> String { String(cString: strerror(number)) }
}
