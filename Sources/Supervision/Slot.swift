import Sys
import Wire

/// One worker as kthreadd holds it.
final class Slot {
  var worker: Worker
  /// Points into the table.
  var name: Text
  /// Of the name.
  let hash: UInt32
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
  /// Of a process that was just forked: its ends of the channel, of its output and of what else it inherits.
  var lent: [Int32] = []
  var setUp = SetUp.over
  /// The reading end of its output; -1: none.
  var log: Int32 = -1
  /// Of a process that is not kthreadd's child; -1: none.
  var pidfd: Int32 = -1
  /// The other end of its stop notice; -1: none.
  var notice: Int32 = -1
  let input: Specification.Input
  var queue: JobQueue?
  /// How long the job is that was put before it last, with its newline; 0: none, or a question.
  var handed: UInt16 = 0
  /// What it is bound to. Points into the table.
  var binding: Text?
  var rebinding = Rebinding.none
  var cgroup = Cgroup.none
  var request: UInt64 = 0
  var place: (offset: UInt32, length: UInt32)
  var ring: LogRing?
  var dropped: UInt64 = 0
  var file: LogFile?
  var marks: WorkerMarks = []
  var oomKills: UInt32 = 0
  /// What the kernel's count was when it was last looked at.
  var oomSeen: UInt32 = 0
  /// The controllers that its limits need and do not have.
  var wanting: Controllers = []
  /// STATUS= of sd_notify(3).
  var text: [UInt8] = []
  /// The failure that people were told of last.
  var toldOf = Ending.none
  /// How many requests wait for something of it.
  var waits = 0

  init(_ specification: Specification, _ standing: Worker.Standing, request: UInt64, place: (offset: UInt32, length: UInt32)) {
    worker = Worker(Worker.Policy(specification), standing)
    name = specification.name
    hash = Supervisor.hash(specification.name)
    notifyAccess = specification.notifyAccess
    output = specification.output
    file = LogFile(specification)
    input = specification.input
    binding = specification.processors
    hasOrder = specification.after.isEmpty && specification.requires.isEmpty ? .none : .some
    self.request = request
    self.place = place
  }

  enum Order: Sendable { case none, some }
  enum Cgroup: Sendable { case none, own }
  /// Whether its process has still to say that it is set up.
  enum SetUp: Sendable { case pending, over }
  /// Whether its process is to be bound when it has set itself up.
  enum Rebinding: Sendable { case none, due }
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
  case memory = 40
  case jobs = 20
  case upgrade = 32

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
  /// Whether it waits for the end of an upgrade.
  var upgrades = Upgrades.no
  enum Upgrades: Sendable { case no, waits }

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
    /// So many bytes of its queue are done.
    case flushed(UInt64)
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
