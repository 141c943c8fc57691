import CSys

// Descriptors by number, as they are passed on and looked at.

extension FileDescriptor {
  /// Whether two numbers are one open file, kcmp(2). Where that may not be asked they count as two.
  public static func isSame(_ first: Int32, _ second: Int32) -> Bool {
    let own = UInt(getpid())
    return (try? Kernel.call(SYS_kcmp, own, own, 0 /* KCMP_FILE */, UInt(first), UInt(second))) == 0
  }
}

extension Packet {
  /// Takes the next packet out of the queue unread, with its descriptors.
  public static func skip(_ socket: Int32) { _ = try? Kernel.call(SYS_recvfrom, UInt(socket), 0, 0, 0x40 /* MSG_DONTWAIT */, 0) }
}
