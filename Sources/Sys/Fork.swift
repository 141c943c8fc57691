import CSys

/// A copy of this process, fork(2).
public enum Fork {
  case child
  case parent(of: ProcessID)

  /// For a process of one thread: past libc, which has nothing to put in order then.
  public static func make() throws(Errno) -> Fork { try make(.copied, into: nil) }

  /// What becomes of the table of descriptors.
  public enum Files: Sendable {
    /// The child has one of its own: each descriptor of the parent's is counted and closed again, and ten thousand take milliseconds.
    case copied
    /// Both have the same one, CLONE_FILES, until the child takes what it needs of it: `FileDescriptor.leaveTable`.
    case shared

    /// What this kernel can do: close_range(2) with CLOSE_RANGE_UNSHARE is Linux 5.9's.
    public static var best: Files {
      let none = UInt(UInt32.max)
      return (try? Kernel.call(436 /* close_range */, none, none, 2)) == nil ? .copied : .shared
    }
  }

  /// As `make()`; the child begins in the cgroup whose directory `group` is, CLONE_INTO_CGROUP.
  public static func make(_ files: Files, into group: Int32?) throws(Errno) -> Fork {
    let flags: UInt64 = files == .shared ? 0x400 /* CLONE_FILES */ : 0
    let process: Int
    if let group {
      var arguments = InlineArray<11, UInt64>(repeating: 0)  // struct clone_args
      arguments[0] = flags | 0x2_0000_0000
      arguments[4] = UInt64(SIGCHLD)
      arguments[10] = UInt64(group)
      process = try Kernel.lend(&arguments) { (address) throws(Errno) in try Kernel.call(435 /* clone3 */, address, 88) }
    } else {
      process = try systemCall(SYS_clone, Int(flags) | Int(SIGCHLD))
    }
    return process == 0 ? .child : .parent(of: ProcessID(Int32(truncatingIfNeeded: process)))
  }

  /// _exit(2), for the child: what the parent has set up for its own end is not the child's to do.
  public static func leave(_ code: Int32) -> Never { _exit(code) }
}

extension FileDescriptor {
  /// Gives a forked process a table of its own, in which everything from `limit` on is closed; where it has one already, closes that.
  public static func leaveTable(from limit: Int32, _ files: Fork.Files) throws(Errno) {
    guard files == .shared else { return csys_close_from(limit) }
    try Kernel.call(436 /* close_range */, UInt(limit), UInt(UInt32.max), 2 /* CLOSE_RANGE_UNSHARE */)
  }

  /// Makes `number` the open file that `descriptor` is, dup3(2), close-on-exec where `kept` says so.
  public static func place(_ descriptor: Int32, at number: Int32, _ kept: AtExec) throws(Errno) {
    try Kernel.call(SYS_dup3, UInt(descriptor), UInt(number), kept == .closed ? UInt(CSYS_O_CLOEXEC) : 0)
  }

  public enum AtExec: Sendable { case open, closed }

  /// pipe2(2) as `pipe()`, the end to be read from `least` on.
  public static func pipe(readFrom least: Int32) throws(Errno) -> (read: Int32, write: Int32) {
    let (read, write) = try pipe()
    do throws(Errno) { return (try FileDescriptor(adopting: read).moved(above: least - 1).release(), write) } catch {
      _ = csys_close(write)
      throw error
    }
  }

  /// Takes all free numbers below `number`, for as long as this process lives: what is opened later needs not be moved there.
  public borrowing func fill(upTo number: Int32) {
    while let next = try? FileDescriptor(adopting: check(csys_duplicate_above(rawValue, 3))).release() {
      guard next >= number else { continue }
      _ = csys_close(next)
      return
    }
  }
}
