public import Sys

/// How long a worker that has failed waits before it is started again: twice as long after each failure, up to a cap, and a little more
/// or less, so that those that failed together do not come back together.
public struct Backoff: Equatable, Sendable {
  /// After the first failure.
  public var base: Interval
  public var cap: Interval

  public static let standard = Backoff(base: .milliseconds(100), cap: .seconds(60))

  public init(base: Interval, cap: Interval) {
    self.base = base
    self.cap = cap
  }

  /// The delay after `failures` failures in a row, from 1. `random` spreads it over the half above.
  public func delay(after failures: UInt32, random: UInt32) -> Interval {
    guard base > .zero else { return .zero }
    let shift = min(max(failures, 1) - 1, 40)
    let (product, overflow) = base.nanoseconds.multipliedReportingOverflow(by: 1 << Int64(shift))
    let whole = overflow ? cap.nanoseconds : min(product, cap.nanoseconds)
    let spread = (whole / 2).multipliedFullWidth(by: Int64(random))
    let jitter = Int64(truncatingIfNeeded: spread.high << 32) | Int64(truncatingIfNeeded: spread.low >> 32)
    return Interval(nanoseconds: min(whole + jitter, cap.nanoseconds))
  }
}
