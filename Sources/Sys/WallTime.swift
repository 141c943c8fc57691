import CSys

/// A moment on CLOCK_REALTIME, which people set and which follows their clocks.
public struct WallTime: Equatable, Comparable, Sendable {
  /// Since the beginning of 1970.
  public let nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public static var now: WallTime {
    var now = timespec()
    _ = clock_gettime(CLOCK_REALTIME, &now)
    return WallTime(nanoseconds: Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec))
  }

  /// The time from here to `other`; zero when that is over.
  public func interval(to other: WallTime) -> Interval { Interval(nanoseconds: max(0, other.nanoseconds - nanoseconds)) }

  public static func + (time: WallTime, interval: Interval) -> WallTime {
    let (sum, overflow) = time.nanoseconds.addingReportingOverflow(interval.nanoseconds)
    return WallTime(nanoseconds: overflow ? .max : sum)
  }
  public static func < (left: WallTime, right: WallTime) -> Bool { left.nanoseconds < right.nanoseconds }

  /// What local clocks show, localtime(3).
  public var local: (hour: Int, minute: Int) {
    let fields = localFields
    return (Int(fields.tm_hour), Int(fields.tm_min))
  }

  /// The first moment after this one at which local clocks show it, mktime(3).
  public func next(hour: Int, minute: Int) -> WallTime {
    var result = self
    // Twice where summer time begins or ends in between.
    for day in Int32(0)...2 where result <= self {
      var fields = localFields
      fields.tm_mday += day
      fields.tm_hour = Int32(hour)
      fields.tm_min = Int32(minute)
      fields.tm_sec = 0
      fields.tm_isdst = -1
      result = WallTime(nanoseconds: Int64(mktime(&fields)) * 1_000_000_000)
    }
    return result
  }

  private var localFields: tm {
    var seconds = time_t(nanoseconds / 1_000_000_000)
    var fields = tm()
    localtime_r(&seconds, &fields)
    return fields
  }
}
