public import Sys
public import Wire

/// What a record holds of what a worker has said of itself, in the last bytes of a copy.
public struct RecordNotes: Equatable, Sendable {
  /// The process that kthreadd has started, where MAINPID= has named another one; 0: it is the record's.
  public var leader: Int32 = 0
  public var leaderStarted: UInt64 = 0
  public var activity = Activity.none
  /// WATCHDOG_USEC=, exact to a millisecond.
  public var watchdog: Interval?
  /// Where STATUS= lies, in bytes behind the table; no length: there is none.
  public var text: UInt32 = 0
  public var textLength: UInt16 = 0

  public init() {}

  func write(to memory: UnsafeMutableRawPointer) {
    memory.storeBytes(of: leaderStarted, toByteOffset: 128, as: UInt64.self)
    memory.storeBytes(of: leader, toByteOffset: 136, as: Int32.self)
    memory.storeBytes(of: activity.rawValue, toByteOffset: 140, as: UInt8.self)
    memory.storeBytes(of: textLength, toByteOffset: 142, as: UInt16.self)
    memory.storeBytes(of: text, toByteOffset: 144, as: UInt32.self)
    memory.storeBytes(of: RecordNotes.code(watchdog), toByteOffset: 148, as: UInt32.self)
  }

  init(reading memory: UnsafeRawPointer) {
    leaderStarted = memory.load(fromByteOffset: 128, as: UInt64.self)
    leader = memory.load(fromByteOffset: 136, as: Int32.self)
    activity = Activity(rawValue: memory.load(fromByteOffset: 140, as: UInt8.self)) ?? .none
    textLength = memory.load(fromByteOffset: 142, as: UInt16.self)
    text = memory.load(fromByteOffset: 144, as: UInt32.self)
    watchdog = RecordNotes.interval(memory.load(fromByteOffset: 148, as: UInt32.self))
  }

  /// 0 is none, all ones is no watchdog, else milliseconds.
  private static func code(_ interval: Interval?) -> UInt32 {
    guard let interval else { return 0 }
    return interval == .zero ? .max : min(max(UInt32(clamping: interval.milliseconds), 1), .max - 1)
  }

  private static func interval(_ code: UInt32) -> Interval? {
    switch code {
    case 0: nil
    case .max: .zero
    default: .milliseconds(Int64(code))
    }
  }
}
