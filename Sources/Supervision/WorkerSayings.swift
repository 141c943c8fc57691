public import Sys
import Wire

/// What a worker says of itself that changes how it is looked after, sd_notify(3).
extension Worker {
  public enum Saying: Equatable, Sendable {
    /// RELOADING=1.
    case reloading
    /// STOPPING=1.
    case stopping
    /// WATCHDOG_USEC=; zero: it is not watched any more.
    case watchdog(Interval)
  }

  /// How long it may be silent; nil: for ever.
  var watchdog: Interval? {
    guard let ownWatchdog else { return policy.watchdog }
    return ownWatchdog == .zero ? nil : ownWatchdog
  }

  /// Only of what runs: before, it says READY=1 or nothing, and afterwards it is ending already.
  mutating func says(_ saying: Saying, at now: Instant) -> [Effect] {
    guard state == .running else { return [] }
    switch saying {
    case .reloading: activity = .reloading
    case .stopping:
      go(to: .stopping, at: now, until: policy.stopTimeout.map { now + $0 })
      activity = .stopping
    case .watchdog(let interval):
      ownWatchdog = interval
      deadline = watchdog.map { now + $0 }
    }
    return []
  }
}
