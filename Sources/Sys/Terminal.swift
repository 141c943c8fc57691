import CSys

/// The controlling terminal of this process, tty(4).
public struct Terminal: ~Copyable {
  private let device: FileDescriptor

  public var descriptor: Int32 { device.rawValue }

  /// Opens /dev/tty; nil when there is no controlling terminal, or no /dev.
  public init?() {
    guard let device = try? FileDescriptor(opening: CString("/dev/tty"), .readWrite) else { return nil }
    self.device = device
  }

  /// The foreground process group, tcgetpgrp(3). Number 0: one outside this pid namespace.
  public var foreground: ProcessID? {
    let group = csys_terminal_foreground(device.rawValue)
    return group >= 0 ? ProcessID(group) : nil
  }

  /// Whether this process's group is in the foreground. Two groups outside this pid namespace both have the number 0; then a read of
  /// nothing tells, which fails with EIO in the background while SIGTTIN is blocked.
  public var isInForeground: Bool {
    guard foreground == .currentGroup else { return false }
    return ProcessID.currentGroup != ProcessID(0) || csys_read(device.rawValue, nil, 0) == 0
  }

  /// Gives the terminal up, TIOCNOTTY: for a session leader its whole session does, and its foreground group gets HUP and CONT.
  public func release() throws(Errno) { _ = try check(csys_terminal_release(device.rawValue)) }

  /// tcsetpgrp(3). With SIGTTOU blocked it works from the background too.
  public func setForeground(_ group: ProcessID) throws(Errno) {
    _ = try check(csys_terminal_set_foreground(device.rawValue, group.rawValue))
  }
}
