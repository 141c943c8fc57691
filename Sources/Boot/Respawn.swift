public import Sys

/// When an entry that has ended is started again: at once after a good run, else later each time. It is never given up.
public struct Respawn: Sendable {
  /// A run of at least this long was a good one.
  public static let goodRun = Interval.seconds(2)
  static let firstDelay = Interval.milliseconds(250)
  static let lastDelay = Interval.seconds(8)

  private enum Phase {
    case due(Instant)
    case running(since: Instant)
  }

  private var phase = Phase.due(Instant(nanoseconds: 0))
  private var delay = Respawn.firstDelay

  public init() {}

  /// When it is to be started; nil while it runs.
  public var dueAt: Instant? {
    if case .due(let instant) = phase { instant } else { nil }
  }

  public mutating func started(at now: Instant) { phase = .running(since: now) }

  /// It has ended, or could not be started at all.
  public mutating func ended(at now: Instant) {
    if case .running(let since) = phase, since + Respawn.goodRun <= now {
      delay = Respawn.firstDelay
      phase = .due(now)
    } else {
      phase = .due(now + delay)
      delay = min(Interval(nanoseconds: delay.nanoseconds * 2), Respawn.lastDelay)
    }
  }
}
