import Sys

/// The last lines of a file that does not fit into memory that was set aside: mounts of /proc/self/mountinfo from the latest to the first,
/// however many there are. Allocates nothing.
struct MountTail {
  /// Lines from `first` on, each with its newline. One that is longer than the memory stands there cut, with a blank in front.
  let text: Text
  /// The number of the first line, from 0.
  let first: Int

  /// Reads until the end of the file, or up to line `end`.
  init(_ memory: UnsafeMutableRawBufferPointer, before end: Int = .max, _ read: (UnsafeMutableRawBufferPointer) -> Int) {
    var window = Window(memory)
    while window.lines < end {
      window.makeRoom()
      let count = read(window.room)
      guard count > 0 else { break }
      window.take(count, until: end)
    }
    let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[..<window.filled])
    text = Text(bytes.assumingMemoryBound(to: UInt8.self))
    first = window.lines - window.kept
  }

  /// The latest line first.
  func forEachBackwards(_ body: (Text) -> Void) {
    guard !text.isEmpty else { return }
    var end = text.count - (text[text.count - 1] == MountTail.newline ? 1 : 0)
    while end >= 0 {
      let part = text.prefix(end)
      let start = part.lastIndex(of: MountTail.newline).map { $0 + 1 } ?? 0
      body(part.dropFirst(start))
      end = start - 1
    }
  }

  static let newline = UInt8(ascii: "\n")

  private struct Window {
    private let memory: UnsafeMutableRawBufferPointer
    private(set) var filled = 0
    /// Ended lines that were read, and those of them that are here.
    private(set) var lines = 0
    private(set) var kept = 0

    init(_ memory: UnsafeMutableRawBufferPointer) { self.memory = memory }

    var room: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: memory[filled...]) }

    /// When it is full the older half goes, up to the end of a line.
    mutating func makeRoom() {
      guard filled == memory.count else { return }
      let half = memory[(filled / 2)..<filled].firstIndex(of: MountTail.newline)
      guard let newline = half ?? memory[..<filled].lastIndex(of: MountTail.newline) else {
        // No line has such a beginning: it will not be taken for one.
        memory[0] = UInt8(ascii: " ")
        filled = 1
        return
      }
      kept -= memory[...newline].count { $0 == MountTail.newline }
      let start = newline + 1
      for index in start..<filled { memory[index - start] = memory[index] }
      filled -= start
    }

    mutating func take(_ count: Int, until end: Int) {
      for index in filled..<filled + count where memory[index] == MountTail.newline {
        lines += 1
        kept += 1
        guard lines == end else { continue }
        filled = index + 1
        return
      }
      filled += count
    }
  }
}
