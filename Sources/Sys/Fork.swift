import CSys

/// A copy of this process, fork(2).
public enum Fork {
  case child
  case parent(of: ProcessID)

  /// For a process of one thread: past libc, which has nothing to put in order then.
  public static func make() throws(Errno) -> Fork {
    let process = try systemCall(SYS_clone, Int(SIGCHLD))
    return process == 0 ? .child : .parent(of: ProcessID(Int32(truncatingIfNeeded: process)))
  }

  /// _exit(2), for the child: what the parent has set up for its own end is not the child's to do.
  public static func leave(_ code: Int32) -> Never { _exit(code) }
}
