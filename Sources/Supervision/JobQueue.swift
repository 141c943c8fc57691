import Sys

/// A worker's queue, kthread_worker: the pipe of jobs that wait, which only kthreadd reads and writes, and the pipe that is the worker's
/// standard input, which holds one job at a time. Both outlive the worker's process, and in PID 1's hands kthreadd.
final class JobQueue {
  let waiting: (read: Int32, write: Int32)
  let hand: (read: Int32, write: Int32)
  var progress = JobProgress()
  var isWatched = Watch.no

  enum Watch: Sendable { case no, yes }

  /// The longest line, without its newline.
  static let lineLimit = Pipes.atomic - 1

  /// A new and empty one.
  init() throws(Errno) {
    waiting = try Pipes.unwaiting()
    do throws(Errno) { hand = try Pipes.single() } catch {
      Pipes.close(waiting)
      throw error
    }
  }

  /// One that PID 1 has kept.
  init(_ kept: Keepsake) {
    waiting = (kept[.waitingRead], kept[.waitingWrite])
    hand = (kept[.handRead], kept[.handWrite])
    progress = JobProgress(found: waitingBytes)
  }

  deinit {
    Pipes.close(waiting)
    Pipes.close(hand)
  }

  /// Whether the worker has taken what was put before it.
  var isTaken: Bool { Pipes.unread(hand.read) == 0 }
  var waitingBytes: Int { Pipes.unread(waiting.read) }
}

/// A pipe in which kthreadd alone looks at what lies in others.
final class Scratch {
  private let ends: (read: Int32, write: Int32)

  init() throws(Errno) { ends = try Pipes.unwaiting() }
  deinit { Pipes.close(ends) }

  /// How long the first line in a pipe is, with its newline. 0: there is none.
  func firstLine(of pipe: Int32, _ memory: UnsafeMutableRawBufferPointer) -> Int {
    guard (try? Pipes.copy(Pipes.atomic, from: pipe, to: ends.write)) != nil else { return 0 }
    let count = empty(into: memory)
    return memory[..<count].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? count
  }

  /// Throws away what lies in a pipe that others may be reading too.
  func drain(_ pipe: Int32, _ memory: UnsafeMutableRawBufferPointer) {
    while let count = try? Pipes.move(Pipes.atomic, from: pipe, to: ends.write), count > 0 { _ = empty(into: memory) }
  }

  private func empty(into memory: UnsafeMutableRawBufferPointer) -> Int {
    (try? FileDescriptor.read(from: ends.read, into: UnsafeMutableRawBufferPointer(rebasing: memory[..<Pipes.atomic]))) ?? 0
  }
}
