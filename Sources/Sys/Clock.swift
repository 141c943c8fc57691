import CSys

/// A length of time.
public struct Interval: Equatable, Comparable, Sendable {
  public let nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  public static func seconds(_ count: Int64) -> Interval { Interval(nanoseconds: count * 1_000_000_000) }
  public static func milliseconds(_ count: Int64) -> Interval { Interval(nanoseconds: count * 1_000_000) }
  public static let zero = Interval(nanoseconds: 0)

  public var milliseconds: Int64 { nanoseconds / 1_000_000 }
  /// Whole seconds, a part of one counts as one.
  public var secondsRoundedUp: Int64 { nanoseconds / 1_000_000_000 + (nanoseconds % 1_000_000_000 > 0 ? 1 : 0) }

  public static func < (left: Interval, right: Interval) -> Bool { left.nanoseconds < right.nanoseconds }
}

/// A moment on CLOCK_BOOTTIME: it never jumps, and it goes on while the machine sleeps.
public struct Instant: Equatable, Comparable, Sendable {
  public let nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  public static var now: Instant { Instant(nanoseconds: csys_now()) }

  /// The time from here to `other`; zero when that is over.
  public func interval(to other: Instant) -> Interval { Interval(nanoseconds: max(0, other.nanoseconds - nanoseconds)) }

  public static func + (instant: Instant, interval: Interval) -> Instant {
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(interval.nanoseconds)
    return Instant(nanoseconds: overflow ? .max : sum)
  }
  public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }
}
