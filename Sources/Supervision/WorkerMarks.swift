/// What is remembered of a worker beside its state.
public struct WorkerMarks: OptionSet, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Its log file does not take its lines.
  static let losing = WorkerMarks(rawValue: 1)
  /// In this life a process of it was killed for lack of memory.
  static let wasShort = WorkerMarks(rawValue: 2)
  /// In this life KILL was sent to it from here.
  static let wasKilled = WorkerMarks(rawValue: 4)
  /// Lack of memory was what ended its last life.
  static let endedForMemory = WorkerMarks(rawValue: 8)
}
