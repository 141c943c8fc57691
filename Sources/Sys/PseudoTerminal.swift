import CSys

/// A pseudo-terminal, pty(7).
public struct PseudoTerminal {
  /// The side that plays the device.
  public let master: ReadyFile
  /// What the programs open.
  public let path: CString

  /// /dev/ptmx, which finds the devpts that is mounted on /dev/pts.
  public init() throws(Errno) {
    master = try ReadyFile(opening: "/dev/ptmx", .readWrite)
    var number: Int32 = 0
    _ = try check(csys_ioctl(master.descriptor, 0x4004_5431 /* TIOCSPTLCK */, &number))
    _ = try check(csys_ioctl(master.descriptor, 0x8004_5430 /* TIOCGPTN */, &number))
    var name = Message()
    name.append("/dev/pts/")
    name.append(decimal: Int(number))
    path = name.withBytes { CString(copying: Text($0)) }
  }

  /// TIOCSWINSZ: the foreground's processes hear of it by SIGWINCH.
  public func resize(rows: UInt16, columns: UInt16) {
    var size = (rows, columns, UInt16(0), UInt16(0))
    _ = csys_ioctl(master.descriptor, 0x5414, &size)
  }
}
