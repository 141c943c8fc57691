import CSys

/// Waits for the end of a process that is not a child, pidfd_open(2), without losing a signal.
public enum Watch {
  public enum Outcome {
    /// The process has ended, a signal of the set is pending, or the deadline is over.
    case woken
    /// The kernel or its seccomp profile has no pidfd, or the process has gone meanwhile.
    case impossible
  }

  public static func wait(for process: ProcessID, orSignals set: SignalSet, until deadline: Instant?) -> Outcome {
    let pidfd = csys_pidfd_open(process.rawValue)
    guard pidfd >= 0 else { return .impossible }
    defer { _ = csys_close(pidfd) }
    let signals = csys_signal_fd(set.rawValue)
    guard signals >= 0 else { return .impossible }
    defer { _ = csys_close(signals) }
    let timeout = deadline.map { Instant.now.interval(to: $0).nanoseconds } ?? -1
    _ = csys_poll(pidfd, signals, Int32(POLLIN), timeout)
    return .woken
  }
}
