import CSys

/// An open file that is read or written without waiting, and that sends SIGIO when it is worth to try again, fcntl(2) O_ASYNC. It is
/// closed by `close()` or with its process.
public struct ReadyFile {
  let descriptor: Int32

  /// Takes the descriptor over.
  private init(adopting descriptor: Int32) throws(Errno) {
    let result = csys_signal_when_ready(descriptor)
    if result < 0 { _ = csys_close(descriptor) }
    _ = try check(result)
    self.descriptor = descriptor
  }

  public init(opening path: CString, _ access: FileDescriptor.Access) throws(Errno) {
    let file = try FileDescriptor(openingAboveStandard: path, access)
    try self.init(adopting: try check(csys_duplicate_above(file.rawValue, 3)))
  }

  /// A pipe whose other end becomes one of this process's 0 to 2, and survives exec there: 0 to be read from, 1 and 2 to be written to.
  public init(pipeTo stream: StandardStream) throws(Errno) {
    var ends: (Int32, Int32) = (-1, -1)
    let result = withUnsafeMutableBytes(of: &ends) { pipe($0.baseAddress?.assumingMemoryBound(to: Int32.self)) }
    _ = try checkCall(result)
    let (low, other) = stream == .input ? (ends.1, ends.0) : ends
    // Close-on-exec, and no standard stream itself.
    let own = csys_duplicate_above(low, 3)
    _ = csys_close(low)
    stream.duplicate(FileDescriptor(adopting: other))
    try self.init(adopting: try check(own))
  }

  public func close() { _ = csys_close(descriptor) }

  public enum Outcome {
    case count(Int)
    /// Nothing now: SIGIO will tell.
    case later
    /// Nothing any more.
    case end
  }

  /// One read(2), again after EINTR.
  public func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
    while true {
      let result = csys_read(descriptor, buffer.baseAddress, buffer.count)
      if result != Int64(-EINTR) { return ReadyFile.outcome(result) }
    }
  }

  /// One write(2), again after EINTR.
  public func write(_ bytes: UnsafeRawBufferPointer) -> Outcome {
    while true {
      let result = csys_write(descriptor, bytes.baseAddress, bytes.count)
      if result != Int64(-EINTR) { return ReadyFile.outcome(result) }
    }
  }

  private static func outcome(_ result: Int64) -> Outcome {
    switch result {
    case Int64(-EAGAIN): .later
    case ...0: .end
    default: .count(Int(result))
    }
  }

  /// Makes a terminal pass bytes as they are, cfmakeraw(3).
  public func makeRaw() throws(Errno) {
    var settings = termios()
    _ = try checkCall(tcgetattr(descriptor, &settings))
    cfmakeraw(&settings)
    _ = try checkCall(tcsetattr(descriptor, TCSANOW, &settings))
  }
}
