import Sys

/// What a worker has said of itself, and what is kept for it, beside its life.
struct SlotNotes {
  /// FileDescriptorStoreMax=.
  var storeMaximum = 0
  /// The places of the deposits that it gets back, the first one first.
  var stored: [Int] = []
  /// The place of what it writes its readiness to; -1: none.
  var readiness = -1
  /// The process that kthreadd has started, where MAINPID= has named another one; 0: it is the slot's.
  var leader: Int32 = 0
  var leaderStarted: UInt64 = 0
  /// Where its status lies in the table.
  var text: (offset: UInt32, length: UInt32)?
  /// What was complained of in this life.
  var complaints: Complaints = []

  struct Complaints: OptionSet, Sendable {
    let rawValue: UInt8
    static let access = Complaints(rawValue: 1)
    static let mainProcess = Complaints(rawValue: 2)
    static let store = Complaints(rawValue: 4)
  }
}

extension Slot {
  /// What of it outlives kthreadd.
  var recordNotes: RecordNotes {
    var record = RecordNotes()
    record.leader = notes.leader
    record.leaderStarted = notes.leaderStarted
    record.activity = worker.activity
    record.watchdog = worker.ownWatchdog
    record.text = notes.text?.offset ?? 0
    record.textLength = UInt16(truncatingIfNeeded: notes.text?.length ?? 0)
    return record
  }
}

/// What kthreadd needs to hear its workers, and holds for them.
struct Hearing {
  let table: DepositTable
  /// The message that is heard now: PIPE_BUF bytes at most, as systemd takes them.
  let message = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
  /// The descriptors of the deposits; -1: none.
  var files: [Int32] = []
  /// How many there may be: each is one of kthreadd's descriptors and one of PID 1's.
  let limit: Int
  var serial: UInt64 = 0
  /// A pipe to look at another one's contents in; -1: not needed yet.
  var scratch: (read: Int32, write: Int32) = (-1, -1)
  /// How many workers have named another process as their main one.
  var leaders = 0
  /// Workers that have ended for good and had descriptors kept.
  var ended: [Int] = []
  /// Ends that a new kthreadd has found, and notes when it has heard what was said before them.
  var ends: [(index: Int, process: Int32, status: Int32)] = []
  /// The cgroup of swinit, below which those of workers are.
  let group: Text

  init(_ table: DepositTable) {
    self.table = table
    limit = min(Custody.depositCapacity, Int(clamping: ((try? Attributes.limit(7))?.hard ?? 1024) / 4))
    var own = Text("/")
    FileDescriptor.text(of: "/proc/self/cgroup").forEachPart(separatedBy: UInt8(ascii: "\n")) {
      if $0.hasPrefix("0::") { own = $0.dropFirst(3) }
    }
    group = own == "/" ? Text("") : own
  }
}
