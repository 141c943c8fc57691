import CSys

/// Children that have ended, waitid(2), looked at before they are reaped: so that their status can be written down first.
public enum Children {
  public struct Ended {
    public let process: ProcessID
    public let status: WaitStatus
  }

  public enum Outcome {
    case ended(Ended)
    /// None has ended.
    case none
  }

  /// One that has ended, and is left as it is. The kernel looks at all children for that.
  public static func peek() -> Outcome { look(0 /* P_ALL */, 0).map { .ended($0) } ?? .none }

  /// As `peek()`, for one child.
  public static func peek(at process: ProcessID) -> Ended? { look(1 /* P_PID */, UInt(bitPattern: Int(process.rawValue))) }

  private static func look(_ kind: UInt, _ which: UInt) -> Ended? {
    var info = InlineArray<16, UInt64>(repeating: 0)  // siginfo_t, 128 bytes
    var span = info.mutableSpan
    return span.withUnsafeMutableBytes { memory in
      // WNOHANG, WEXITED, WNOWAIT, __WALL
      let options: UInt = 1 | 4 | 0x0100_0000 | 0x4000_0000
      guard (try? Kernel.call(SYS_waitid, kind, which, Kernel.address(memory.baseAddress), options)) != nil else { return nil }
      let process = memory.load(fromByteOffset: 16, as: Int32.self)
      guard process > 0 else { return nil }
      let code = memory.load(fromByteOffset: 8, as: Int32.self)
      let value = memory.load(fromByteOffset: 24, as: Int32.self)
      let status: WaitStatus =
        code == 1 ? .exited(value) : .signaled(Signal(value), core: code == 3 ? .dumped : .none)
      return Ended(process: ProcessID(process), status: status)
    }
  }

  /// Reaps it.
  public static func reap(_ process: ProcessID) {
    var status: Int32 = 0
    while csys_wait(process.rawValue, CSYS_WAIT_POLL, &status) == -EINTR {}
  }
}
