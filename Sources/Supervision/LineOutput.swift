public import Sys

/// Where the workers' lines go: swinit's standard output, which may be slow, full or gone. Nobody waits for it; what does not fit is
/// counted.
public struct LineOutput {
  /// PIPE_BUF: what one write(2) keeps together.
  private static let capacity = 4096
  private var buffer: [UInt8] = []

  public init() { buffer.reserveCapacity(LineOutput.capacity) }

  public enum Outcome: Sendable { case taken, lost }

  /// Puts `name | line` behind what is there; writes before when it does not fit.
  public mutating func add(_ name: Text, _ line: [UInt8]) -> Outcome {
    var outcome = Outcome.taken
    if buffer.count + name.count + line.count + 4 > LineOutput.capacity { outcome = flush() }
    buffer.append(contentsOf: name.bytes)
    buffer.append(UInt8(ascii: " "))
    buffer.append(UInt8(ascii: "|"))
    buffer.append(UInt8(ascii: " "))
    buffer.append(contentsOf: line)
    buffer.append(UInt8(ascii: "\n"))
    return outcome
  }

  /// Writes what there is.
  @discardableResult
  public mutating func flush() -> Outcome {
    guard !buffer.isEmpty else { return .taken }
    defer { buffer.removeAll(keepingCapacity: true) }
    return buffer.withUnsafeBufferPointer { StandardStream.output.writeUnlessFull($0) } ? .taken : .lost
  }
}
