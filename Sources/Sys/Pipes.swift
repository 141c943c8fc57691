import CSys

/// What lies in pipes, pipe(7): how much of it, and moved from one to another without being read.
public enum Pipes {
  /// What one write(2) keeps together, PIPE_BUF.
  public static let atomic = 4096

  /// A pipe that holds one write, until all of it has been read: a page is the least, F_SETPIPE_SZ. Who reads from it may wait; who
  /// writes never does.
  public static func single() throws(Errno) -> (read: Int32, write: Int32) {
    let ends = try FileDescriptor.pipe()
    do throws(Errno) {
      try Kernel.call(SYS_fcntl, UInt(ends.write), 1031 /* F_SETPIPE_SZ */, UInt(atomic))
    } catch {
      close(ends)
      throw error
    }
    setFlags(of: ends.read, 0)
    setFlags(of: ends.write, UInt(CSYS_O_NONBLOCK))
    return ends
  }

  /// A pipe, of which neither end makes anyone wait.
  public static func unwaiting() throws(Errno) -> (read: Int32, write: Int32) {
    let ends = try FileDescriptor.pipe()
    setFlags(of: ends.write, UInt(CSYS_O_NONBLOCK))
    return ends
  }

  /// Reading from it waits again, whatever the last program made of it; F_SETFL.
  public static func letWait(_ end: Int32) { setFlags(of: end, 0) }

  private static func setFlags(of end: Int32, _ flags: UInt) { _ = try? Kernel.call(SYS_fcntl, UInt(end), 4, flags) }

  /// How many bytes nobody has read yet, FIONREAD.
  public static func unread(_ end: Int32) -> Int {
    var count: Int32 = 0
    _ = try? Kernel.lend(&count) { (address) throws(Errno) in try Kernel.call(SYS_ioctl, UInt(end), 0x541B, address) }
    return Int(count)
  }

  /// One write(2), and why it could not be done: EAGAIN where there is no room for all of it, up to `atomic` bytes.
  public static func write(_ bytes: UnsafeRawBufferPointer, to end: Int32) -> Errno? {
    let result = csys_write(end, bytes.baseAddress, bytes.count)
    return result < 0 ? Errno(Int32(truncatingIfNeeded: -result)) : nil
  }

  public static func close(_ ends: (read: Int32, write: Int32)) {
    FileDescriptor.close(ends.read)
    FileDescriptor.close(ends.write)
  }

  /// splice(2): whoever is killed in it has moved all that one buffer holds, or nothing. EAGAIN where there is nothing, or no room.
  @discardableResult
  public static func move(_ count: Int, from source: Int32, to target: Int32) throws(Errno) -> Int {
    Int(try check(csys_splice(source, target, count)))
  }

  /// tee(2): the same bytes in the other pipe too, without waiting.
  public static func copy(_ count: Int, from source: Int32, to target: Int32) throws(Errno) -> Int {
    try Kernel.call(SYS_tee, UInt(source), UInt(target), UInt(count), 2 /* SPLICE_F_NONBLOCK */)
  }
}

extension FileDescriptor {
  /// The open file with this number too, dup3(2), which the next program gets. EBADF beyond RLIMIT_NOFILE.
  public static func place(_ descriptor: Int32, at number: Int32) throws(Errno) {
    if descriptor != number { _ = try check(csys_duplicate(descriptor, number)) }
  }

  /// F_SETFD without FD_CLOEXEC: the next program gets it.
  public static func letInherit(_ descriptor: Int32) { _ = try? Kernel.call(SYS_fcntl, UInt(descriptor), 2, 0) }
}

extension Socket {
  /// The other end reads to the end of what was sent, and then the end itself, whoever else holds this one: shutdown(2), SHUT_WR.
  public static func endWriting(_ socket: Int32) { _ = try? Kernel.call(SYS_shutdown, UInt(socket), 1) }
}
