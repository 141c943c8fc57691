public import Sys

/// The `Limit…=` keys of systemd.exec(5), and the numbers that the kernel has for them.
public enum ResourceLimit {
  public enum Unit: Sendable {
    case number, bytes, seconds, microseconds
  }

  /// The key without "Limit".
  public static func find(_ name: Text) -> (resource: UInt8, unit: Unit)? {
    switch true {
    case name == "CPU": (0, .seconds)
    case name == "FSIZE": (1, .bytes)
    case name == "DATA": (2, .bytes)
    case name == "STACK": (3, .bytes)
    case name == "CORE": (4, .bytes)
    case name == "RSS": (5, .bytes)
    case name == "NPROC": (6, .number)
    case name == "NOFILE": (7, .number)
    case name == "MEMLOCK": (8, .bytes)
    case name == "AS": (9, .bytes)
    case name == "LOCKS": (10, .number)
    case name == "SIGPENDING": (11, .number)
    case name == "MSGQUEUE": (12, .bytes)
    case name == "NICE": (13, .number)
    case name == "RTPRIO": (14, .number)
    case name == "RTTIME": (15, .microseconds)
    default: nil
    }
  }

  /// `SOFT:HARD`, or one for both.
  public static func read(_ value: Text, _ unit: Unit) -> (soft: UInt64, hard: UInt64)? {
    guard let (soft, hard) = value.cut(at: UInt8(ascii: ":")) else { return one(value, unit).map { ($0, $0) } }
    guard let soft = one(soft, unit), let hard = one(hard, unit), soft <= hard else { return nil }
    return (soft, hard)
  }

  private static func one(_ value: Text, _ unit: Unit) -> UInt64? {
    if value == "infinity" { return .max }
    switch unit {
    case .number: return value.decimal(upTo: Int.max).map { UInt64($0) }
    case .bytes: return Values.size(value)
    case .seconds, .microseconds:
      // A bare number is in the limit's own unit.
      if let bare = value.decimal(upTo: Int.max) { return UInt64(bare) }
      guard case .time(let time) = Values.span(value) else { return nil }
      return UInt64(unit == .seconds ? time.secondsRoundedUp : time.nanoseconds / 1000)
    }
  }
}
