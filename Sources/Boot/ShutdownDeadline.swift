public import Sys

/// The moment at which a shutdown is due. One given as hh:mm stays hh:mm when the clock is set.
public struct ShutdownDeadline: Sendable {
  private enum Target: Sendable {
    case elapsed(Instant)
    case clock(WallTime, hour: Int, minute: Int)
  }

  /// What all clocks say, read together.
  public struct Now: Sendable {
    public let instant: Instant
    public let wall: WallTime

    public init(_ instant: Instant, _ wall: WallTime) {
      self.instant = instant
      self.wall = wall
    }

    public static var read: Now { Now(.now, .now) }
  }

  /// A clock that is set past the moment by no more than this has reached it, as cron(8) has it; by more, it was wrong before, and the
  /// moment is the next one.
  public static let tolerance = Interval.seconds(3 * 3600)

  private var target: Target

  public init(_ time: ShutdownTime, at now: Now) {
    switch time {
    case .after(let minutes): target = .elapsed(now.instant + .seconds(Int64(minutes) * 60))
    case .at(let hour, let minute): target = .clock(now.wall.next(hour: hour, minute: minute), hour: hour, minute: minute)
    }
  }

  /// The time that is left; zero when it is due.
  public mutating func left(at now: Now) -> Interval {
    switch target {
    case .elapsed(let instant):
      return now.instant.interval(to: instant)
    case .clock(let moment, let hour, let minute):
      let isReached = moment <= now.wall && now.wall <= moment + ShutdownDeadline.tolerance
      guard !isReached else { return .zero }
      // The same as before, unless the clock was set.
      let next = now.wall.next(hour: hour, minute: minute)
      target = .clock(next, hour: hour, minute: minute)
      return now.wall.interval(to: next)
    }
  }

  /// The clock that it is waited for on.
  public var clock: Alarm.Clock {
    if case .clock = target { .wall } else { .boot }
  }

  /// The moment, on that clock, at which so much time is left.
  public func moment(before left: Interval) -> Int64 {
    switch target {
    case .elapsed(let instant): instant.nanoseconds - left.nanoseconds
    case .clock(let moment, _, _): moment.nanoseconds - left.nanoseconds
    }
  }

  /// The moment as clocks will show it.
  public func wallTime(at now: Now) -> WallTime {
    switch target {
    case .elapsed(let instant): now.wall + now.instant.interval(to: instant)
    case .clock(let moment, _, _): moment
    }
  }
}
