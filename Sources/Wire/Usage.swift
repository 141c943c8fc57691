public import Sys

/// What a worker has used until now, and since when; nil where nobody can say.
public struct WorkerUsage: Equatable, Sendable {
  /// Time on processors.
  public var processorTime: Interval?
  /// Bytes.
  public var memory: UInt64?
  /// When its program was executed.
  public var begun: Instant?

  public init() {}
}

/// What an event says of a worker.
public enum Fate: UInt8, Sendable {
  /// It has come to another state.
  case goesOn = 0
  /// It was taken out of the list.
  case forgotten = 1
}

extension WorkerUsage {
  func add(to frame: inout FrameBuilder) {
    if let processorTime { frame.add(Tag.processorTime, UInt64(clamping: processorTime.nanoseconds)) }
    if let memory { frame.add(Tag.memory, memory) }
    if let begun { frame.add(Tag.begun, UInt64(clamping: begun.nanoseconds)) }
  }

  /// Takes a field where it is one of these.
  mutating func read(_ field: FrameReader.Field) throws(WireError) {
    switch field.tag {
    case Tag.processorTime: processorTime = Interval(nanoseconds: Int64(try field.number(upTo: UInt64(Int64.max))))
    case Tag.memory: memory = try field.number()
    case Tag.begun: begun = Instant(nanoseconds: Int64(try field.number(upTo: UInt64(Int64.max))))
    default: break
    }
  }
}
