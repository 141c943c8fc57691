import CSys

/// Waits for a moment on one clock or for a signal, timerfd_create(2), signalfd(2).
public struct Alarm: ~Copyable {
  public enum Clock: Sendable {
    /// CLOCK_BOOTTIME, which goes on while the machine sleeps. `Instant` is on it.
    case boot
    /// CLOCK_REALTIME; the wait ends also when this clock is set. `WallTime` is on it.
    case wall
  }

  private let clock: Clock
  private let timer: FileDescriptor
  private let signals: FileDescriptor

  /// The signals are to be blocked.
  public init(_ clock: Clock, orSignals set: SignalSet) throws(Errno) {
    let timer = FileDescriptor(
      adopting: Int32(
        try systemCall(SYS_timerfd_create, Int(clock == .wall ? CLOCK_REALTIME : CLOCK_BOOTTIME), Int(CSYS_O_CLOEXEC))))
    signals = FileDescriptor(adopting: try check(csys_signal_fd(set.rawValue)))
    self.timer = timer
    self.clock = clock
  }

  /// Returns at the moment, when a signal is pending, when the clock was set, and now and then for nothing: who waits looks for itself.
  public func wait(until nanoseconds: Int64) {
    let moment = max(1, nanoseconds)
    var value = itimerspec()
    value.it_value.tv_sec = time_t(moment / 1_000_000_000)
    value.it_value.tv_nsec = Int(moment % 1_000_000_000)
    // TFD_TIMER_ABSTIME and TFD_TIMER_CANCEL_ON_SET. ECANCELED: the clock was set before.
    let flags = clock == .wall ? 1 | 2 : 1
    let result = withUnsafePointer(to: &value) {
      csys_call(SYS_timerfd_settime, Int(timer.rawValue), flags, Int(bitPattern: $0), 0, 0)
    }
    guard result == 0 else { return }
    _ = csys_poll(timer.rawValue, signals.rawValue, Int32(POLLIN), -1)
  }
}
