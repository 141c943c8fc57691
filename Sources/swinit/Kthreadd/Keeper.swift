import Boot
import Supervision
import Sys

/// PID 1's part of kthreadd: starts it, starts it again when it dies, and keeps what it must not lose by that. It allocates nothing
/// once it is there, and never waits for kthreadd.
final class Keeper {
  /// What is kept of one worker.
  struct Held {
    /// 0: none.
    var process: Int32 = 0
    var output: Int32 = 0
    var channel: Int32 = 0
    /// How it ended, as wait(2) has it, plus one; 0: it has not.
    var status: Int32 = 0
  }

  let log: Log
  let grace: Interval?
  let memory: FileDescriptor
  let program: SelfSpawn
  private let signals: Int32
  private let arguments: SpawnRequest.Vector
  private let environment: SpawnRequest.Vector
  /// Zero pages until they are used: a file of no name, private to this process.
  let held: UnsafeMutablePointer<Held>
  let keepsakes: Keepsakes
  /// One more than the highest slot in use.
  var end = 0
  var deposits: KeptDescriptors
  /// In how many of them an end waits for kthreadd to have written it down.
  var endsHeld = 0
  var control: Int32 = -1
  var notify: Int32 = -1
  /// Runs while kthreadd is about something.
  let heart: Int32
  let heartbeat: Heartbeat?
  /// When kthreadd has to have answered; nil: it was asked nothing.
  var answerBy: Instant?
  /// To kthreadd; -1: it is not there.
  var channel: Int32 = -1
  var process: ProcessID?
  /// The program of an upgrade that is under way; -1: there is none.
  var candidate: Int32 = -1
  var upgrade = Upgrade.none
  var outcome: Outcome?
  /// Whether this process is where it can be replaced by another execution.
  var replaceable = Replaceable.no
  private static let fullBudget = Interval.seconds(10)
  var budget = Keeper.fullBudget
  var budgetAt = Instant(nanoseconds: 0)
  var toldOfLoop = Instant(nanoseconds: -60_000_000_000)
  /// When it is to be started again.
  var restartAt: Instant?
  var isDone = Completion.pending
  /// Whether the kthreadd that is there has said so itself.
  var isServing = Completion.pending
  /// The code of an essential worker that has ended.
  var endCode: Int32?
  private var isEnding = Ending.no
  /// The highest number of the descriptors that this process was started with.
  let inherited: Int32
  /// RLIMIT_NOFILE.
  var descriptorLimit: Int32

  enum Completion { case pending, done }
  private enum Ending { case no, yes }

  /// Prepares everything that is needed later; the descriptors get numbers above those that were inherited, which are the command's.
  /// In an execution after an upgrade they are there.
  init(
    _ log: Log, environment: SpawnRequest.Vector, grace: Interval?, heartbeat: Interval?, arguments: SpawnRequest.Vector,
    resuming taken: InitState.Taken? = nil
  ) throws(Errno) {
    self.log = log
    self.heartbeat = Heartbeat(heartbeat)
    self.grace = grace
    self.environment = environment
    self.arguments = arguments
    inherited = taken?.state.kept.inherited ?? FileDescriptor.highest()
    descriptorLimit = Int32(clamping: (try? Attributes.limit(7))?.soft ?? 1024)
    if let kept = taken?.state.kept {
      memory = FileDescriptor.owning(kept.memory)
      program = SelfSpawn(adopting: FileDescriptor.owning(kept.program))
      heart = kept.heart
    } else {
      let size = WorkerTable.size(capacity: Custody.capacity) + DepositTable.size
      memory = try SharedMemory.create(size: size).moved(above: inherited)
      program = try SelfSpawn(above: inherited)
      heart = try SharedTimer.create(above: inherited)
    }
    signals = try FileDescriptor.signals(SignalState.queued, above: inherited)
    keepsakes = try Keepsakes()
    held = try SharedMemory.zeros(of: Held.self, count: Custody.capacity)
    deposits = try KeptDescriptors()
    if let taken { try restore(taken) }
  }

  /// Starts kthreadd, and waits until it serves. A container whose kthreadd does not come up goes on without one.
  func begin() {
    start()
    let deadline = Instant.now + .seconds(10)
    while isDone == .pending, channel >= 0, deadline > .now {
      FileDescriptor.waitUntilReadable(channel, heart, -1, until: answerBy ?? deadline)
      receive()
      takeBeat()
      expireBeat()
    }
    if isDone == .pending { log.fatal("kthreadd is not ready; going on without its workers") }
  }

  /// Whether there is a kthreadd, or will be.
  var isThere: Bool { process != nil || restartAt != nil }

  private func start() {
    restartAt = nil
    isServing = .pending
    do throws(Errno) {
      let (mine, its) = try Socket.pair()
      defer { FileDescriptor.close(its) }
      channel = try FileDescriptor.owning(mine).moved(above: inherited).release()
      let streams = try StandardStreams(above: inherited)
      var descriptors = InlineArray<4, Int32>(repeating: streams.input)
      descriptors[1] = streams.output
      descriptors[2] = streams.error
      let other = try FileDescriptor.duplicate(its)
      defer { FileDescriptor.close(other) }
      descriptors[3] = other
      process = try program.start(arguments, environment, descriptors, leads: .session)
      beginBeat()
    } catch {
      closeChannel()
      process = nil
      again("cannot start kthreadd: \(error)")
    }
  }

  func closeChannel() {
    if channel >= 0 { FileDescriptor.close(channel) }
    channel = -1
  }

  /// Has it started again: at once, and where it ends again and again once a second. Each start costs a second of a budget of ten, which
  /// comes back with time.
  @inline(never)
  private func again(_ message: Message) {
    let now = Instant.now
    budget = min(Keeper.fullBudget, Interval(nanoseconds: budget.nanoseconds + budgetAt.interval(to: now).nanoseconds))
    budgetAt = now
    log.fatal(message)
    let missing = Interval.seconds(1).nanoseconds - budget.nanoseconds
    if missing > 0, toldOfLoop + .seconds(60) <= now {
      toldOfLoop = now
      log.fatal("kthreadd ends again and again; its workers go on, and nobody looks after them meanwhile")
    }
    restartAt = now + Interval(nanoseconds: max(0, missing))
    budget = Interval(nanoseconds: budget.nanoseconds - Interval.seconds(1).nanoseconds)
  }

  /// Starts it again where its time has come, and ends one that hangs.
  func expire() {
    expireBeat()
    if let due = restartAt, due <= .now { start() }
  }

  /// A process has ended. Returns whether it was kthreadd or one of its workers.
  func ended(_ process: ProcessID, _ status: WaitStatus) -> Bool {
    if process == self.process {
      self.process = nil
      // What it has said last is heard, or a worker that it had just begun would be lost.
      while channel >= 0, takeOne() {}
      closeChannel()
      judge(status)
      takeBackUpgrade()
      if isEnding == .yes { return true }
      again("kthreadd (\(process)) has ended (code \(status.code)); its workers live on, and it is started again")
      expire()
      return true
    }
    guard let slot = slot(of: process) else { return false }
    held[slot].status = status.raw + 1
    endsHeld += 1
    tellEnd(slot)
    return true
  }

  var holdsWorkers: Bool { end > 0 }

  func holds(_ process: ProcessID) -> Bool { slot(of: process) != nil }

  /// The worker that has this process, and has not ended.
  private func slot(of process: ProcessID) -> Int? {
    for slot in 0..<end where held[slot].process == process.rawValue && held[slot].status == 0 { return slot }
    return nil
  }

  func tellEnd(_ slot: Int) {
    send(Custody.Entry(.ended, slot: slot, process: held[slot].process, value: held[slot].status - 1))
  }

  func send(_ entry: Custody.Entry, _ descriptor: Int32 = -1) {
    guard channel >= 0 else { return }
    var entry = entry
    var list = descriptor
    withUnsafeBytes(of: &entry) { bytes in
      withUnsafePointer(to: &list) { list in
        try? Packet.send(bytes, UnsafeBufferPointer(start: list, count: descriptor >= 0 ? 1 : 0), over: channel)
      }
    }
  }

  // MARK: waiting

  /// Waits for a signal of `set`, for kthreadd, or for the deadline; and does what kthreadd asks.
  @inline(never)
  func wait(for set: SignalSet, until deadline: Instant?) -> SignalQueue.Arrival? {
    if let arrival = SignalQueue.pending(of: set) { return arrival }
    waitOnce(until: deadline)
    return SignalQueue.pending(of: set)
  }

  func waitOnce(until deadline: Instant?) {
    var limit = deadline
    if let restartAt { limit = limit.map { min($0, restartAt) } ?? restartAt }
    if let answerBy { limit = limit.map { min($0, answerBy) } ?? answerBy }
    FileDescriptor.waitUntilReadable(signals, channel, heart, until: limit)
    receive()
    takeBeat()
    expire()
  }

  /// Takes what kthreadd has sent.
  func receive() {
    for _ in 0..<64 {
      guard channel >= 0, takeOne() else { return }
    }
  }

  // MARK: the end

  /// Asks kthreadd to stop all workers in their order; its end is the end of that.
  func askForEnd() {
    isEnding = .yes
    try? process?.send(.terminate)
  }

  /// Asks kthreadd to stop all workers in their order, and waits until it has. Reaps meanwhile.
  func endWorkers(_ reaper: inout Reaper) {
    isEnding = .yes
    replaceable = .no
    askForEnd(&reaper)
    if process == nil { stopWorkers(&reaper) }
  }

  private func askForEnd(_ reaper: inout Reaper) {
    guard let kthreadd = process else { return }
    try? kthreadd.send(.terminate)
    let deadline = grace.map { Instant.now + $0 + .seconds(2) }
    while process != nil {
      if let deadline, deadline <= .now { return }
      if case .none = reaper.reap() { return }
      if process == nil { return }
      waitOnce(until: deadline)
      // Whatever asks for the end has it already.
      _ = SignalQueue.pending(of: SignalState.queued)
    }
  }

  /// The command has its descriptors: what was inherited is closed here.
  func closeInherited() { FileDescriptor.close(from: 3, to: inherited) }
}

/// /dev/null and this process's output and error, as descriptors that a new process can be given.
struct StandardStreams: ~Copyable {
  private let files: FileDescriptor
  private let out: FileDescriptor
  private let err: FileDescriptor

  var input: Int32 { files.rawValue }
  var output: Int32 { out.rawValue }
  var error: Int32 { err.rawValue }

  init(above limit: Int32) throws(Errno) {
    let null = try FileDescriptor(opening: "/dev/null", .readWrite).moved(above: limit)
    let output = try FileDescriptor.duplicate(of: .output).moved(above: limit)
    let error = try FileDescriptor.duplicate(of: .error).moved(above: limit)
    files = null
    out = output
    err = error
  }
}
