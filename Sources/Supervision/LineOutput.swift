import Sys

/// Where the workers' lines go: swinit's standard output, which may be slow, full or gone. Nobody waits for it; what does not fit is
/// counted.
public struct LineOutput {
  /// PIPE_BUF: what one write(2) keeps together.
  private static let capacity = 4096
  private var buffer: [UInt8] = []
  /// Whose the lines are, by slot.
  private(set) var owners: [Int32] = []

  public init() { buffer.reserveCapacity(LineOutput.capacity) }

  public enum Outcome: Sendable { case taken, lost }

  /// Whether so many bytes more fit into the next write.
  func hasRoom(for count: Int) -> Bool { buffer.count + count <= LineOutput.capacity }

  /// Puts `name | line` behind what is there.
  mutating func add(_ name: Text, _ line: [UInt8], of owner: Int) {
    buffer.append(contentsOf: name.bytes)
    buffer.append(UInt8(ascii: " "))
    buffer.append(UInt8(ascii: "|"))
    buffer.append(UInt8(ascii: " "))
    buffer.append(contentsOf: line)
    buffer.append(UInt8(ascii: "\n"))
    owners.append(Int32(owner))
  }

  /// Puts a line behind what is there as it is.
  mutating func add(_ line: [UInt8], of owner: Int) {
    buffer.append(contentsOf: line)
    owners.append(Int32(owner))
  }

  /// Writes what there is.
  mutating func flush() -> Outcome {
    guard !buffer.isEmpty else { return .taken }
    defer { buffer.removeAll(keepingCapacity: true) }
    return buffer.withUnsafeBufferPointer { StandardStream.output.writeUnlessFull($0) } ? .taken : .lost
  }

  /// What was written, or lost, is nobody's any more.
  mutating func forgetOwners() { owners.removeAll(keepingCapacity: true) }
}
