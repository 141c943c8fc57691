import CSys

extension SelfSpawn {
  /// A new image of the program `program` in this process's place, execveat(2); from a fault handler too. `descriptors` become 0 to 3 of
  /// it; those below 0 stay as they are. Returns only with the reason why not.
  public static func replaceProcess(
    by program: Int32, _ arguments: SpawnRequest.Vector, _ environment: SpawnRequest.Vector, _ descriptors: InlineArray<4, Int32>
  ) -> Errno {
    for place in 0..<4 where descriptors[place] >= 0 { _ = csys_duplicate(descriptors[place], Int32(place)) }
    let result = csys_call(
      SYS_execveat, Int(program), Int(bitPattern: CString("").pointer), Int(bitPattern: arguments), Int(bitPattern: environment),
      0x1000 /* AT_EMPTY_PATH */)
    return Errno(Int32(truncatingIfNeeded: -result))
  }
}

extension FileDescriptor {
  /// Closes every descriptor from `first` on.
  public static func closeAll(from first: Int32) { csys_close_from(first) }

  /// pwrite(2) of a number, to a file that somebody else maps.
  public static func write(_ number: UInt32, to descriptor: Int32, at offset: Int) {
    var number = number
    _ = withUnsafeBytes(of: &number) { pwrite(descriptor, $0.baseAddress, 4, off_t(offset)) }
  }
}

extension Children {
  /// Whether this process is a child, which may have ended; waitid(2) answers ECHILD for others.
  public static func holds(_ process: ProcessID) -> Bool {
    var info = InlineArray<16, UInt64>(repeating: 0)  // siginfo_t, 128 bytes
    let found = try? Kernel.lend(&info) { (memory) throws(Errno) in
      // P_PID; WNOHANG, WEXITED, WNOWAIT, __WALL
      try Kernel.call(SYS_waitid, 1, UInt(process.rawValue), memory, 1 | 4 | 0x0100_0000 | 0x4000_0000)
    }
    return found != nil
  }
}

extension FileDescriptor {
  /// A program's file, to be executed from its descriptor. EACCES for what is no file; a FIFO does not make one wait.
  public static func program(at path: Text) throws(Errno) -> FileDescriptor {
    let file = try FileDescriptor(adopting: check(csys_open(CString(copying: path).pointer, CSYS_O_NONBLOCK | CSYS_O_CLOEXEC)))
    var status = stat()
    guard fstat(file.rawValue, &status) == 0, UInt32(status.st_mode) & CSYS_S_IFMT == CSYS_S_IFREG else { throw .noAccess }
    return try file.raised()
  }

  /// write(2), to the last byte.
  public func write(all bytes: UnsafeRawBufferPointer) throws(Errno) {
    var done = 0
    while done < bytes.count {
      done += Int(try check(csys_write(rawValue, bytes.baseAddress! + done, bytes.count - done)))
    }
  }

  public enum Inheritance: UInt, Sendable { case kept = 0, closed = 1 }

  /// fcntl(2) F_SETFD: whether it is there after the next execve(2).
  public static func set(_ descriptor: Int32, _ inheritance: Inheritance) {
    if descriptor >= 0 { _ = try? Kernel.call(SYS_fcntl, UInt(descriptor), 2, inheritance.rawValue) }
  }
}

extension Attributes {
  /// PR_GET_NAME: comm, 16 bytes.
  public static func getName(into name: inout InlineArray<2, UInt64>) {
    _ = try? Kernel.lend(&name) { (name) throws(Errno) in try Kernel.call(SYS_prctl, 16, name) }
  }
  public static func setName(from name: inout InlineArray<2, UInt64>) {
    _ = try? Kernel.lend(&name) { (name) throws(Errno) in try Kernel.call(SYS_prctl, 15, name) }
  }
}
