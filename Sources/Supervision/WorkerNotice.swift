import Sys
import Wire

extension Worker {
  /// How the worker that is `stopping` was asked to.
  public enum Rung: UInt8, Sendable {
    /// By its stop signal, which KILL follows.
    case signal = 0
    /// By the end on a descriptor, which the stop signal follows.
    case notice = 1
  }

  /// Whether it is told over a descriptor before it is by a signal.
  public enum Notice: Sendable { case none, given }

  /// The first rung of kthread_stop(): it has half of its time to see that it should stop. Without a limit it is waited for, for ever.
  mutating func giveNotice(at now: Instant) -> [Effect] {
    rung = .notice
    go(to: .stopping, at: now, until: policy.stopTimeout.map { now + Interval(nanoseconds: $0.nanoseconds / 2) })
    return [.notice, .signal(.resume)]
  }

  /// The second rung: the stop signal, and the other half. `since` stays, for it is the same stop.
  mutating func climb(at now: Instant) -> [Effect] {
    rung = .signal
    deadline = policy.stopTimeout.map { now + Interval(nanoseconds: $0.nanoseconds - $0.nanoseconds / 2) }
    return [.signal(policy.stopSignal), .signal(.resume)]
  }
}
