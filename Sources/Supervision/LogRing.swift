import Sys

/// The last bytes of a worker's output, and of them the line that has not ended yet.
final class LogRing {
  static let limit = 8192
  /// A line that is longer is said in pieces.
  static let lineLimit = 3072

  /// It grows with what is said, up to the limit: most workers say little.
  private var capacity = 512
  private var memory = UnsafeMutablePointer<UInt8>.allocate(capacity: 512)
  /// How many bytes were ever written.
  private(set) var written: UInt64 = 0
  /// Where the line begins that has not been said.
  private var said: UInt64 = 0

  deinit { memory.deallocate() }

  func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    while capacity < LogRing.limit, Int(written) + bytes.count > capacity { grow() }
    for byte in bytes {
      memory[Int(written % UInt64(capacity))] = byte
      written += 1
    }
  }

  /// Nothing has been written over while it is not full, so what there is lies at its begin.
  private func grow() {
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2)
    larger.update(from: memory, count: Int(written))
    memory.deallocate()
    memory = larger
    capacity *= 2
  }

  /// Takes the next line that is whole, or too long; `rest` also what has no end yet. nil when there is none.
  func takeLine(_ rest: Rest, into line: inout [UInt8]) -> Found {
    var place = max(said, written > UInt64(capacity) ? written - UInt64(capacity) : 0)
    line.removeAll(keepingCapacity: true)
    while place < written {
      let byte = memory[Int(place % UInt64(capacity))]
      place += 1
      if byte == UInt8(ascii: "\n") {
        said = place
        return .line
      }
      line.append(byte)
      if line.count >= LogRing.lineLimit {
        // A character is not cut in two.
        let rest = JSONLine.unfinished(line)
        line.removeLast(rest)
        said = place - UInt64(rest)
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
    let kept = min(written, UInt64(capacity))
    var result: [UInt8] = []
    result.reserveCapacity(Int(kept))
    var isWhole = written <= UInt64(capacity)
    for place in (written - kept)..<written {
      let byte = memory[Int(place % UInt64(capacity))]
      if isWhole { result.append(byte) } else if byte == UInt8(ascii: "\n") { isWhole = true }
    }
    return result
  }
}
