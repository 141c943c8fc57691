import CSys

/// A Unix socket, unix(7), that keeps packets apart. Descriptors can go with a packet.
public struct Socket: ~Copyable {
  private let descriptor: FileDescriptor
  public var rawValue: Int32 { descriptor.rawValue }

  public init(adopting descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

  public enum Kind: Sendable {
    /// SOCK_SEQPACKET.
    case packets
    /// SOCK_DGRAM.
    case datagrams
  }

  private static func type(_ kind: Kind) -> Int32 { (kind == .packets ? 5 : 2) | CSYS_O_CLOEXEC | CSYS_O_NONBLOCK }

  /// Two that are connected, socketpair(2). None of them blocks.
  public static func pair() throws(Errno) -> (Int32, Int32) {
    var ends = InlineArray<2, Int32>(repeating: -1)
    var span = ends.mutableSpan
    let error: Errno? = span.withUnsafeMutableBufferPointer { memory in
      socketpair(AF_UNIX, Socket.type(.packets), 0, memory.baseAddress) < 0 ? Errno(csys_errno()) : nil
    }
    if let error { throw error }
    return (ends[0], ends[1])
  }

  /// Listens at a path, or with `@` before it at an abstract name; bind(2), listen(2). What lies at the path is replaced.
  public static func listening(at name: Text, _ kind: Kind, mode: UInt32) throws(Errno) -> Socket {
    let socket = try Socket(kind)
    let path = name[0] == UInt8(ascii: "@") ? nil : CString(copying: name)
    if let path { unlink(path.pointer) }
    try Socket.withAddress(name) { (address, length) throws(Errno) in
      try Kernel.call(SYS_bind, UInt(socket.rawValue), Kernel.address(address), UInt(length))
    }
    if let path { chmod(path.pointer, mode_t(mode)) }
    if kind == .packets { _ = try checkCall(listen(socket.rawValue, 128)) }
    return socket
  }

  /// Connects to one that listens.
  public static func connected(to name: Text) throws(Errno) -> Socket {
    let socket = try Socket(.packets)
    try Socket.withAddress(name) { (address, length) throws(Errno) in
      try Kernel.call(SYS_connect, UInt(socket.rawValue), Kernel.address(address), UInt(length))
    }
    return socket
  }

  private init(_ kind: Kind) throws(Errno) {
    descriptor = try FileDescriptor(adopting: checkCall(socket(AF_UNIX, Socket.type(kind), 0))).aboveStandard()
  }

  private static func withAddress(
    _ name: Text, _ body: (UnsafeRawPointer, Int) throws(Errno) -> Void
  ) throws(Errno) {
    guard name.count <= 107 else { throw .nameTooLong }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 110, alignment: 8)
    defer { memory.deallocate() }
    for index in 0..<110 { memory[index] = 0 }
    memory.storeBytes(of: UInt16(AF_UNIX), as: UInt16.self)
    for (index, byte) in name.bytes.enumerated() { memory[2 + index] = byte }
    let isAbstract = name[0] == UInt8(ascii: "@")
    if isAbstract { memory[2] = 0 }
    try body(UnsafeRawPointer(memory.baseAddress!), 2 + name.count + (isAbstract ? 0 : 1))
  }

  /// accept4(2), by number for a socket that somebody else holds.
  public static func accept(from listener: Int32) throws(Errno) -> Socket {
    let flags = UInt(CSYS_O_CLOEXEC | CSYS_O_NONBLOCK)
    let number = try Kernel.call(SYS_accept4, UInt(listener), 0, 0, flags)
    return Socket(adopting: try FileDescriptor(adopting: Int32(number)).aboveStandard())
  }

  /// Who is at the other end, SO_PEERCRED.
  public var peer: (process: ProcessID, user: UInt32, group: UInt32)? {
    var credentials = InlineArray<3, UInt32>(repeating: 0)
    var length: UInt32 = 12
    let result = try? Kernel.lend(&credentials) { (memory) throws(Errno) in
      try Kernel.lend(&length) { (length) throws(Errno) in
        try Kernel.call(SYS_getsockopt, UInt(rawValue), 1 /* SOL_SOCKET */, 17 /* SO_PEERCRED */, memory, length)
      }
    }
    return result == nil ? nil : (ProcessID(Int32(bitPattern: credentials[0])), credentials[1], credentials[2])
  }

  /// Every datagram tells who sent it, SO_PASSCRED.
  public func tellSenders() throws(Errno) {
    var one: Int32 = 1
    _ = try Kernel.lend(&one) { (one) throws(Errno) in
      try Kernel.call(SYS_setsockopt, UInt(rawValue), 1, 16 /* SO_PASSCRED */, one, 4)
    }
  }

  /// The other end reads no more, and gets no more; shutdown(2).
  public func shut() { _ = try? Kernel.call(SYS_shutdown, UInt(rawValue), 2) }
}

extension Errno {
  public static let nameTooLong = Errno(ENAMETOOLONG)
}

extension FileDescriptor {
  /// The same open file with a number above 10: 0 to 3 are what new processes get.
  consuming func aboveStandard() throws(Errno) -> FileDescriptor {
    if rawValue >= 10 { return self }
    return FileDescriptor(adopting: try check(csys_duplicate_above(rawValue, 10)))
  }

  /// Takes over a number that this process holds.
  public static func owning(_ rawValue: Int32) -> FileDescriptor { FileDescriptor(adopting: rawValue) }
}

extension Socket {
  /// Gives the number out: it is not closed here.
  @discardableResult
  public consuming func release() -> Int32 { descriptor.release() }

  /// Waits until a packet has come, or the other end has gone.
  public static func waitUntilReadable(_ socket: Int32) { _ = csys_poll(socket, -1, Int32(POLLIN), -1) }
  /// Waits until there is room, or the other end has gone.
  public static func waitUntilWritable(_ socket: Int32) { _ = csys_poll(socket, -1, Int32(POLLOUT), -1) }
}

extension FileDescriptor {
  /// Gives the number out: it is not closed here.
  public consuming func release() -> Int32 {
    let number = rawValue
    discard self
    return number
  }

  /// The same open file, with a number that no new process uses.
  public consuming func raised() throws(Errno) -> FileDescriptor { try aboveStandard() }

  /// Another number for an open file.
  public static func duplicate(_ descriptor: Int32) throws(Errno) -> Int32 { try check(csys_duplicate_above(descriptor, 10)) }
  public static func duplicate(of stream: StandardStream) throws(Errno) -> FileDescriptor {
    FileDescriptor(adopting: try duplicate(stream.rawValue))
  }
}

extension StandardStream {
  /// Opens the stream's file once more, so that writing to it does not wait, while for others it does. What cannot be opened again (a
  /// socket) stays as it is.
  public func reopenWithoutWaiting() {
    let path: CString = self == .output ? "/proc/self/fd/1" : "/proc/self/fd/2"
    // A file never makes one wait, and its place for the next line is shared with who has it open too.
    guard let status = try? FileStatus(of: path), !status.isRegular else { return }
    let flags = 1 /* O_WRONLY */ | CSYS_O_NONBLOCK | CSYS_O_NOCTTY | CSYS_O_CLOEXEC | O_APPEND
    guard let file = try? FileDescriptor(adopting: check(csys_open(path.pointer, flags))) else { return }
    duplicate(file)
  }
}

extension Directory {
  /// rmdir(2); one that is not empty, or a cgroup with processes, stays.
  @discardableResult
  public static func removeEmpty(_ path: CString) -> Errno? { rmdir(path.pointer) == 0 ? nil : Errno(csys_errno()) }

  /// access(2) W_OK.
  public static func isWritable(_ path: CString) -> Bool { access(path.pointer, W_OK | X_OK) == 0 }
}

extension Errno {
  public static let noBuffers = Errno(ENOBUFS)
  public static let connectionReset = Errno(ECONNRESET)
}
