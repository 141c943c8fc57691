public import Sys

/// When those who are logged in are warned of a shutdown: at once, and then at the moments that sysvinit's shutdown(8) has.
public struct WarningSchedule: Sendable {
  /// The minutes that were told last.
  private var told: Int?

  public init() {}

  /// Every minute of the last ten, then each quarter, half and full hour.
  static func isMoment(_ minutes: Int) -> Bool {
    switch minutes {
    case ..<10: true
    case ..<60: minutes % 15 == 0
    case ..<180: minutes % 30 == 0
    default: minutes % 60 == 0
    }
  }

  /// The minutes to tell when this time is left, a part of one counts as one; nil when there is nothing to tell.
  public mutating func due(_ left: Interval) -> Int? {
    let minutes = Int(left.secondsRoundedUp + 59) / 60
    guard let last = told else {
      told = minutes
      return minutes
    }
    // A clock that was set back is followed without a word.
    told = minutes
    guard minutes < last else { return nil }
    for moment in minutes..<last where WarningSchedule.isMoment(moment) { return minutes }
    return nil
  }

  /// What is left at the next moment; zero is the end.
  public func next(_ left: Interval) -> Interval {
    var minutes = Int((left.nanoseconds - 1) / 60_000_000_000)
    while minutes > 0, !WarningSchedule.isMoment(minutes) { minutes -= 1 }
    return .seconds(Int64(max(0, minutes)) * 60)
  }
}
