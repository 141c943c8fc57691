import Sys
import Wire

/// One worker as kthreadd holds it.
final class Slot {
  var worker: Worker
  /// Points into the table.
  var name: Text
  /// What others of its definition is asked for often.
  var notifyAccess: Specification.NotifyAccess
  var output: Specification.Output
  var hasOrder: Order
  var commitment = WorkerRecord.Commitment.none
  var generation: UInt32 = 0
  var process: Int32 = 0
  var started: UInt64 = 0
  var parentage = Parentage.own
  /// To a process that has not executed its program; -1: none.
  var channel: Int32 = -1
  /// The reading end of its output; -1: none.
  var log: Int32 = -1
  /// Of a process that is not kthreadd's child; -1: none.
  var pidfd: Int32 = -1
  var cgroup = Cgroup.none
  var request: UInt64 = 0
  var place: (offset: UInt32, length: UInt32)
  var ring: LogRing?
  var dropped: UInt64 = 0
  /// STATUS= of sd_notify(3).
  var text: [UInt8] = []
  /// The failure that people were told of last.
  var toldOf = Ending.none
  /// How many requests wait for something of it.
  var waits = 0
  var notes = SlotNotes()

  init(_ specification: Specification, _ standing: Worker.Standing, request: UInt64, place: (offset: UInt32, length: UInt32)) {
    worker = Worker(Worker.Policy(specification), standing)
    name = specification.name
    notifyAccess = specification.speakers
    notes.storeMaximum = specification.storeMaximum
    output = specification.output
    hasOrder = specification.after.isEmpty && specification.requires.isEmpty ? .none : .some
    self.request = request
    self.place = place
  }

  enum Order: Sendable { case none, some }
  enum Cgroup: Sendable { case none, own }
  /// Whose child its process is: after kthreadd was started anew, PID 1's.
  enum Parentage: Sendable { case own, initProcess }
}

/// What a descriptor that is ready belongs to.
enum Source: UInt8 {
  case custody = 1
  case signals = 2
  case control = 3
  case notify = 4
  case client = 5
  case channel = 6
  case log = 7
  /// A worker's main process that is no child of kthreadd.
  case mainProcess = 12
  /// What a worker writes its readiness to.
  case readiness = 13
  /// A descriptor that is kept over restarts.
  case stored = 14

  func key(_ index: Int = 0, _ generation: UInt32 = 0) -> UInt64 {
    UInt64(rawValue) << 56 | UInt64(index) << 32 | UInt64(generation)
  }
}

/// A program that talks to kthreadd over the control socket.
struct Client {
  var socket: Int32
  var generation: UInt32
  var isListening = Listening.no
  /// The slot whose output it follows.
  var follows: Int?
  var waits = 0
  /// Events that it was too slow for.
  var missed: UInt64 = 0
  var listenID: UInt64 = 0

  enum Listening: Sendable { case no, yes }
}

/// A request whose answer waits for something to happen.
struct Wait {
  enum Moment: Sendable {
    /// The worker exists.
    case created
    /// Its program was executed.
    case awake
    case ready
    case ended
  }

  let client: Int
  let clientGeneration: UInt32
  let id: UInt64
  let slot: Int
  let moment: Moment
  /// Of a create: the one who asked takes it along when they go.
  let bond: Bond
  enum Bond: Sendable { case none, cancels }
}
