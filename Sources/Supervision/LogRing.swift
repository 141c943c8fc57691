import Sys

/// The last bytes of a worker's output, and of them the line that has not ended yet.
final class LogRing {
  static let capacity = 8192
  /// A line that is longer is said in pieces.
  static let lineLimit = 3072

  private let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: LogRing.capacity)
  /// How many bytes were ever written.
  private(set) var written: UInt64 = 0
  /// Where the line begins that has not been said.
  private var said: UInt64 = 0

  deinit { memory.deallocate() }

  func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    for byte in bytes {
      memory[Int(written % UInt64(LogRing.capacity))] = byte
      written += 1
    }
  }

  /// Takes the next line that is whole, or too long; `rest` also what has no end yet. nil when there is none.
  func takeLine(_ rest: Rest, into line: inout [UInt8]) -> Found {
    var place = max(said, written > UInt64(LogRing.capacity) ? written - UInt64(LogRing.capacity) : 0)
    line.removeAll(keepingCapacity: true)
    while place < written {
      let byte = memory[Int(place % UInt64(LogRing.capacity))]
      place += 1
      if byte == UInt8(ascii: "\n") {
        said = place
        return .line
      }
      line.append(byte)
      if line.count >= LogRing.lineLimit {
        said = place
        return .line
      }
    }
    guard rest == .taken, !line.isEmpty else { return .nothing }
    said = place
    return .line
  }

  enum Rest: Sendable { case kept, taken }
  enum Found: Sendable { case line, nothing }

  /// All that is kept, the oldest first; from the first whole line on where something was lost.
  func contents() -> [UInt8] {
    let kept = min(written, UInt64(LogRing.capacity))
    var result: [UInt8] = []
    result.reserveCapacity(Int(kept))
    var isWhole = written <= UInt64(LogRing.capacity)
    for place in (written - kept)..<written {
      let byte = memory[Int(place % UInt64(LogRing.capacity))]
      if isWhole { result.append(byte) } else if byte == UInt8(ascii: "\n") { isWhole = true }
    }
    return result
  }
}
