import Sys

/// What a worker has said of itself, and what is kept for it, beside its life.
struct SlotNotes {
  /// FileDescriptorStoreMax=.
  var storeMaximum = 0
  /// How many deposits it gets back.
  var stored = 0
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
