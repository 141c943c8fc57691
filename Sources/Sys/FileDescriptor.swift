import CSys

/// An open file that is closed when its owner goes.
@frozen
public struct FileDescriptor: ~Copyable {
  public let rawValue: Int32

  init(adopting rawValue: Int32) { self.rawValue = rawValue }
  deinit { _ = csys_close(rawValue) }

  public enum Access {
    case read, readWrite
  }

  /// open(2) with O_CLOEXEC and O_NOCTTY.
  public init(opening path: CString, _ access: Access) throws(Errno) {
    let mode = access == .read ? CSYS_O_RDONLY : CSYS_O_RDWR
    rawValue = try check(csys_open(path.pointer, mode | CSYS_O_CLOEXEC | CSYS_O_NOCTTY))
  }

  /// As `init(opening:_:)`, with a number above those of the standard streams even where these are closed.
  public init(openingAboveStandard path: CString, _ access: Access) throws(Errno) {
    let low = try FileDescriptor(opening: path, access)
    rawValue = try check(csys_duplicate_above(low.rawValue, 3))
  }

  /// One write(2) of the message's bytes.
  public func write(_ message: Message) throws(Errno) {
    _ = try check(message.withBytes { csys_write(rawValue, $0.baseAddress, $0.count) })
  }

  /// pread(2) from a descriptor that somebody holds: exactly `count` bytes, or nil.
  public static func read(from descriptor: Int32, at offset: UInt64, count: Int) -> [UInt8]? {
    guard let place = off_t(exactly: offset) else { return nil }
    var result = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let more = result.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress! + filled, count - filled, place + off_t(filled))
      }
      if more < 0, csys_errno() == EINTR { continue }
      guard more > 0 else { return nil }
      filled += more
    }
    return result
  }

  /// One read(2) into `buffer`, again after EINTR. 0 at the end of the file.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    while true {
      let count = csys_read(rawValue, buffer.baseAddress, buffer.count)
      if count != Int64(-EINTR) { return Int(try check(count)) }
    }
  }

  /// A file's bytes from its start, as many as fit into `buffer`.
  public static func contents(of path: CString, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Text {
    let file = try FileDescriptor(opening: path, .read)
    var count = 0
    while count < buffer.count {
      let more = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      if more == 0 { break }
      count += more
    }
    let filled = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
    return Text(filled.assumingMemoryBound(to: UInt8.self))
  }

  /// A whole file of up to 16 MiB, in memory that is never given back; empty when it cannot be read.
  public static func text(of path: CString) -> Text {
    guard let file = try? FileDescriptor(opening: path, .read) else { return Text("") }
    var capacity = 4096
    var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    var count = 0
    while let more = try? file.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[count...])), more > 0 {
      count += more
      guard count == capacity, capacity < 1 << 24 else { continue }
      capacity *= 2
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
      larger.copyMemory(from: UnsafeRawBufferPointer(memory))
      memory.deallocate()
      memory = larger
    }
    return Text(UnsafeRawBufferPointer(rebasing: memory[..<count]).assumingMemoryBound(to: UInt8.self))
  }

  /// Why a file cannot be read; nil when it can.
  public static func readingError(of path: CString) -> Errno? {
    do throws(Errno) {
      var byte: UInt8 = 0
      let file = try FileDescriptor(opening: path, .read)
      var failure: Errno?
      withUnsafeMutableBytes(of: &byte) { memory in
        do throws(Errno) { _ = try file.read(into: memory) } catch { failure = error }
      }
      return failure
    } catch { return error }
  }

  /// Closes every descriptor of this process from 3 on: what the command inherited is its own.
  public static func closeInherited() { csys_close_from(3) }
}

/// One of descriptors 0 to 2.
public enum StandardStream: Int32, CaseIterable {
  case input, output, error

  public var isOpen: Bool { csys_fd_is_open(rawValue) == 1 }
  public var isTerminal: Bool { isatty(rawValue) == 1 }

  /// The path of what it is, /proc/self/fd, in memory that is never given back; nil without /proc.
  public var path: CString? {
    let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: 4096)
    let count = csys_read_link(CString(copying: Text("/proc/self/fd/"), digit).pointer, buffer, 4095)
    guard count > 0 else { return nil }
    buffer[Int(count)] = 0
    return CString(at: UnsafePointer(buffer))
  }

  private var digit: Text {
    switch self {
    case .input: Text("0")
    case .output: Text("1")
    case .error: Text("2")
    }
  }

  /// dup2(2): makes this descriptor the open file that `descriptor` is. It survives exec.
  public func duplicate(_ descriptor: borrowing FileDescriptor) { _ = csys_duplicate(descriptor.rawValue, rawValue) }

  /// Writes everything, and waits for a slow reader. For text that was asked for, such as help, before any command runs.
  public func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(Errno) {
    var rest = bytes
    while !rest.isEmpty {
      let count = csys_write(rawValue, rest.baseAddress, rest.count)
      if count == Int64(-EINTR) { continue }
      rest = UnsafeBufferPointer(rebasing: rest.dropFirst(Int(try check(count))))
    }
  }

  /// Waits until a terminal has sent what was written to it, tcdrain(3).
  public func drain() { _ = csys_drain(rawValue) }

  /// Writes a line to standard error in one call, or leaves out what does not fit there now.
  public static func sayUnlessFull(_ bytes: UnsafeBufferPointer<UInt8>) { csys_say(bytes.baseAddress, bytes.count) }
}
