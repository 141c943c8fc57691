import CSys

/// A file that whole lines are added to, by its path each time: whoever renames or removes it (logrotate) needs to tell nobody, and no
/// descriptor is held.
public struct LineFile: ~Copyable {
  private let file: FileDescriptor
  /// How long it is.
  public let size: UInt64
  public let kind: Kind
  public enum Kind: Sendable {
    case regular
    /// A FIFO or a device: it has no length.
    case other
  }

  /// open(2) for appending, made with mode 0640 where it is not there. Its last part may not be a symbolic link (ELOOP), and the file
  /// may have no other name (EMLINK): either could lead to somebody else's. A FIFO without a reader is ENXIO.
  public init(appendingTo path: CString) throws(Errno) {
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | CSYS_O_CLOEXEC | CSYS_O_NOCTTY | CSYS_O_NONBLOCK
    let number = try systemCall(SYS_openat, Int(AT_FDCWD), Int(bitPattern: path.pointer), Int(flags), 0o640)
    let file = FileDescriptor(adopting: Int32(truncatingIfNeeded: number))
    var status = stat()
    _ = try checkCall(fstat(file.rawValue, &status))
    let isRegular = UInt32(status.st_mode) & CSYS_S_IFMT == CSYS_S_IFREG
    if isRegular, status.st_nlink != 1 { throw Errno(EMLINK) }
    kind = isRegular ? .regular : .other
    size = UInt64(clamping: status.st_size)
    self.file = file
  }

  /// write(2) of all of it where it can be had at once. Returns how many bytes were written, and why not all.
  public func add(_ bytes: UnsafeBufferPointer<UInt8>) -> (count: Int, error: Errno?) {
    var written = 0
    while written < bytes.count {
      let result = csys_write(file.rawValue, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      if result == Int64(-EINTR) { continue }
      guard result > 0 else { return (written, result == 0 ? Errno(ENOSPC) : Errno(Int32(truncatingIfNeeded: -result))) }
      written += Int(result)
    }
    return (written, nil)
  }

  /// ftruncate(2).
  public func cut(to size: UInt64) throws(Errno) { _ = try checkCall(ftruncate(file.rawValue, off_t(size))) }
}

extension Errno {
  public static let tooManyLinks = Errno(EMLINK)
}
