import Supervision
import Sys

/// What a Keeper is made of, up to date at all times, in memory that outlives exec(2): a fault of a system's PID 1 executes this program
/// again, and kthreadd and its workers do not notice. What is kept of each worker lies behind it.
struct KeeperStanding: BitwiseCopyable {
  var memory: Int32
  var program: Int32
  var control: Int32 = -1
  var notify: Int32 = -1
  var channel: Int32 = -1
  /// 0: none.
  var process: Int32 = 0
  var end: Int32 = 0
  var spare: Int32 = 0

  private static let slots = 64
  private static let size = slots + MemoryLayout<Keeper.Held>.stride * Custody.capacity

  /// Its file, for the fault that may come; -1: there is none.
  nonisolated(unsafe) private(set) static var file: Int32 = -1
  nonisolated(unsafe) private static var current: UnsafeMutablePointer<KeeperStanding>?

  /// A new one, all zeros.
  static func make(above limit: Int32) throws(Errno) -> UnsafeMutablePointer<KeeperStanding> {
    try map(try SharedMemory.create(size: size).moved(above: limit).release())
  }

  /// The one that an execution before this one has left.
  static func map(_ file: Int32) throws(Errno) -> UnsafeMutablePointer<KeeperStanding> {
    let start = try SharedMemory.map(file, size: size).baseAddress!.assumingMemoryBound(to: KeeperStanding.self)
    self.file = file
    current = start
    return start
  }

  static func held(_ standing: UnsafeMutablePointer<KeeperStanding>) -> UnsafeMutablePointer<Keeper.Held> {
    (UnsafeMutableRawPointer(standing) + slots).assumingMemoryBound(to: Keeper.Held.self)
  }

  /// Has every descriptor of it stay open across the exec that comes next. For a fault handler: nothing is allocated, and nothing trusted
  /// but this.
  static func surviveExec() {
    guard let current else { return }
    let standing = current.pointee
    FileDescriptor.surviveExec(file)
    FileDescriptor.surviveExec(standing.memory)
    FileDescriptor.surviveExec(standing.program)
    FileDescriptor.surviveExec(standing.control)
    FileDescriptor.surviveExec(standing.notify)
    FileDescriptor.surviveExec(standing.channel)
    let held = held(current)
    for slot in 0..<min(max(Int(standing.end), 0), Custody.capacity) {
      // Numbers plus one; 0 is none.
      FileDescriptor.surviveExec(held[slot].output &- 1)
      FileDescriptor.surviveExec(held[slot].channel &- 1)
    }
  }
}

extension Keeper {
  /// The Keeper of the execution before this one, taken up by this one; nil: there was none, or it is lost.
  static func resume(_ file: Int32?, _ start: Bootstrap) -> Keeper? {
    guard let file else { return nil }
    // What is kept has lost its flag for that exec.
    Attributes.closeOnExec(from: 3)
    do throws(Errno) { return try Keeper(resuming: file, start.log, SystemWorkers.environment(start), SystemWorkers.words) } catch
    {
      start.log.fatal("cannot take up kthreadd again: \(error); its workers go on")
      return nil
    }
  }
}
