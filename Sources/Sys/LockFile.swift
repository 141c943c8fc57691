import CSys

/// A file that at most one process holds, and that holds who it is. The lock goes with the process, lockf(3): what a dead one has left
/// behind says nothing.
public struct LockFile: ~Copyable {
  public enum Holder: Sendable {
    /// This process, from now on.
    case this
    /// Another one; nil when it has not said yet which.
    case other(ProcessID?)
  }

  private let file: FileDescriptor

  /// Opens a file that is there.
  public init(opening path: CString) throws(Errno) {
    file = FileDescriptor(adopting: try check(csys_open(path.pointer, CSYS_O_RDWR | CSYS_O_CLOEXEC | CSYS_O_NOFOLLOW)))
  }

  /// Opens a file, and makes it where there is none, mknod(2).
  public init(making path: CString) throws(Errno) {
    do throws(Errno) { try NewFile.make(path) } catch { if error.rawValue != EEXIST { throw error } }
    self = try LockFile(opening: path)
  }

  /// Takes the lock, when it is free.
  public func take() -> Holder {
    guard lockf(file.rawValue, F_TLOCK, 0) != 0 else { return .this }
    var buffer = InlineArray<16, UInt8>(repeating: 0)
    var span = buffer.mutableSpan
    return span.withUnsafeMutableBufferPointer { memory in
      let count = (try? file.read(into: UnsafeMutableRawBufferPointer(memory))) ?? 0
      let line = Text(UnsafeBufferPointer(memory).prefix(count)).cut(at: UInt8(ascii: "\n"))?.before
      return .other(line?.decimal(upTo: Int(Int32.max)).map { ProcessID(Int32($0)) })
    }
  }

  /// Writes this process's number into the file.
  public func sign() throws(Errno) {
    _ = try checkCall(ftruncate(file.rawValue, 0))
    try file.write("\(ProcessID.current)\n")
  }
}

/// Files that were not there before.
public enum NewFile {
  /// mknod(2) of an ordinary file; EEXIST where there is anything, a link to nowhere too.
  public static func make(_ path: CString) throws(Errno) {
    _ = try checkCall(mknod(path.pointer, mode_t(CSYS_S_IFREG | 0o644), 0))
  }

  /// The same with a line in it, or not at all.
  public static func make(_ path: CString, saying message: Message) throws(Errno) {
    try make(path)
    do throws(Errno) { try FileDescriptor(opening: path, .readWrite).write(message) } catch {
      remove(path)
      throw error
    }
  }

  /// unlink(2).
  public static func remove(_ path: CString) { try? Directory.remove(path) }
}
