import CSys

// Descriptors by number, as they are passed on and looked at.

extension FileDescriptor {
  /// Whether two numbers are one open file, kcmp(2). Where that may not be asked they count as two.
  public static func isSame(_ first: Int32, _ second: Int32) -> Bool {
    let own = UInt(getpid())
    return (try? Kernel.call(SYS_kcmp, own, own, 0 /* KCMP_FILE */, UInt(first), UInt(second))) == 0
  }

  /// Another number, of at least `least`, for an open file that is closed under its old one.
  public static func move(_ descriptor: Int32, toAtLeast least: Int32) throws(Errno) -> Int32 {
    let number = try check(csys_duplicate_above(descriptor, least))
    _ = csys_close(descriptor)
    return number
  }

  /// The same, with just this number, dup2(2). The next program inherits it.
  public static func move(_ descriptor: Int32, to number: Int32) throws(Errno) {
    _ = try check(csys_duplicate(descriptor, number))
    _ = csys_close(descriptor)
  }

  /// The next program inherits it, fcntl(2) F_SETFD.
  public static func inherit(_ descriptor: Int32) { _ = try? Kernel.call(SYS_fcntl, UInt(descriptor), 2, 0) }

  /// tee(2): copies what is in a pipe to another one and leaves it where it is; never waits. 0: nothing is there, and nobody can write.
  public static func copyPipe(from pipe: Int32, to other: Int32, count: Int) throws(Errno) -> Int {
    try Kernel.call(SYS_tee, UInt(pipe), UInt(other), UInt(count), 2 /* SPLICE_F_NONBLOCK */)
  }
}

extension Packet {
  /// Takes the next packet out of the queue unread, with its descriptors.
  public static func skip(_ socket: Int32) { _ = try? Kernel.call(SYS_recvfrom, UInt(socket), 0, 0, 0x40 /* MSG_DONTWAIT */, 0) }
}
