public import Sys
public import Wire

/// PID 2: creates every worker that is asked for, and looks after it. One thread, one epoll; nothing in here waits for anything else.
public final class Supervisor {
  /// What kthreadd was started with.
  public struct Setting {
    public var environment: SpawnRequest.Vector
    /// How long the end of all workers may take.
    public var grace: Interval
    public var verbosity = Verbosity.failures
    /// Who of this group talks to the control socket may do what root may; nil: there is none.
    public var controlGroup: UInt32?
    /// What this process was started with; nil: a fault is its end.
    public var arguments: SpawnRequest.Vector?
    /// How long one thing may take, before PID 1 asks whether kthreadd hangs.
    public var beat = Interval.seconds(5)
    public enum Verbosity: Sendable { case failures, everything }
    /// What a forked process does to become a worker, kthread().
    let thread: (CreateInfo) -> Never

    public init(environment: SpawnRequest.Vector, grace: Interval, thread: @escaping (CreateInfo) -> Never) {
      self.environment = environment
      self.grace = grace
      self.thread = thread
    }
  }

  enum Phase: Sendable { case serving, ending, over }
  /// Whether this is a worker definition's first reading, or another kthreadd was here before.
  public enum Origin: Sendable { case first, successor }

  let setting: Setting
  public let origin: Origin
  var phase = Phase.serving
  var table: WorkerTable
  var events: Events
  let signals: SignalDescriptor
  let program: SelfSpawn
  let files = Fork.Files.best
  let custody: Int32
  var control: Int32
  var notify: Int32
  /// RLIMIT_NOFILE as workers get it.
  let descriptorLimit: UInt64
  let null: FileDescriptor
  /// A descriptor that is given up when there is no other.
  var reserve: Int32
  let rawOutput: FileDescriptor
  let rawError: FileDescriptor
  let place: SocketPlace
  let heart: Heart
  var cgroups: Cgroups

  var slots: [Slot?] = []
  var freeSlots: [Int] = []
  var byName = SlotIndex()
  var byProcess = SlotIndex()
  var queue = CreateQueue(capacity: 1024)
  /// For the next worker.
  var plumbing: Plumbing?
  /// Workers whose programs were just executed, and when what is left to do for them is done.
  var postponed: [Int] = []
  var postponedTo = Instant(nanoseconds: 0)
  /// Processes that are setting themselves up.
  var settingUp = 0
  /// Workers that wait for others.
  var waiting = 0
  /// The workers' deadlines.
  var timers = TimerQueue()
  /// No deadline of anything else is before this.
  var nextDeadline: Instant?
  /// nil: the end has not begun.
  var lateness: Lateness?
  /// When children are to be looked through for those that have ended.
  var reapAt: Instant?
  /// Whether a child has ended since they were looked through last.
  var reaping = Reaping.none
  enum Reaping { case none, due }

  var clients: [Client?] = []
  var nextClientGeneration: UInt32 = 0
  var waits: [Wait] = []
  var listeners = 0
  var upgrade: Upgrade?
  var lines = LineOutput()
  var line: [UInt8] = []
  var object = JSONLine()
  var fileLines = LogFile.Batch()
  /// inotify(7) on the workers' memory.events; -1: none yet.
  var memoryWatch: Int32 = -1
  var refusals = RefusalLimit()
  var scratch: Scratch?
  /// For the process that is forked just now.
  var parcel: Parcel
  let packet = UnsafeMutableRawBufferPointer.allocate(byteCount: Frame.maximum + 1, alignment: 16)
  var seed: UInt64
  var hearing: Hearing

  static let creatingAtOnce = 32
  static let clientLimit = 256
  /// Answers that one client may wait for.
  static let waitLimit = 1024

  /// Takes over what PID 1 keeps; `custody` is the socket to it.
  public init(custody: Int32, _ setting: Setting) throws(Errno) {
    self.setting = setting
    self.custody = custody
    seed = UInt64(bitPattern: Instant.now.nanoseconds) ^ UInt64(ProcessID.current.rawValue) << 40
    descriptorLimit = (try? Attributes.limit(7))?.soft ?? 1024
    if let limit = try? Attributes.limit(7) { try? Attributes.setLimit(7, soft: limit.hard, hard: limit.hard) }
    parcel = try Parcel()
    null = try FileDescriptor(openingAboveStandard: "/dev/null", .readWrite)
    null.fill(upTo: 10)
    reserve = try FileDescriptor.duplicate(null.rawValue)
    rawOutput = try FileDescriptor.duplicate(of: .output)
    rawError = try FileDescriptor.duplicate(of: .error)
    StandardStream.output.reopenWithoutWaiting()
    signals = try SignalDescriptor(SignalSet(.child, .terminate))
    events = try Events()
    let inheritance = try Inheritance(custody)
    program = SelfSpawn(adopting: FileDescriptor.owning(inheritance.program))
    let tableSize = WorkerTable.size(capacity: Custody.capacity)
    let size = tableSize + DepositTable.size
    let memory = try SharedMemory.map(inheritance.memory, size: size)
    do throws(WorkerTable.Failure) {
      table = try WorkerTable(in: memory, capacity: Custody.capacity)
    } catch {
      throw .invalid
    }
    FileDescriptor.close(inheritance.memory)
    heart = Heart(timer: inheritance.heart, limit: setting.beat)
    cgroups = Cgroups(table.leaf)
    cgroups.settle(table)
    hearing = Hearing(DepositTable(in: memory.baseAddress! + tableSize), cgroups)
    place = SocketPlace.find()
    control = inheritance.control
    notify = inheritance.notify
    origin = inheritance.control >= 0 ? .successor : .first
    if origin == .first { try listen() }
    try events.add(custody, .readable, key: Source.custody.key())
    try events.add(signals.rawValue, .readable, key: Source.signals.key())
    try events.add(control, .readable, key: Source.control.key())
    try events.add(notify, .readable, key: Source.notify.key())
    Reexecution.arm(self)
    if origin == .successor { recover(inheritance) }
  }

  /// Whether all definitions were begun.
  public var hasBooted: Bool { table.isBooted }

  /// Opens the sockets, and has PID 1 keep them.
  private func listen() throws(Errno) {
    let socket = try Socket.listening(at: place.control, .packets, mode: 0o600)
    openToGroup()
    let messages = try Socket.listening(at: place.notify, .datagrams, mode: 0o666)
    try messages.tellSenders()
    control = try FileDescriptor.duplicate(socket.rawValue)
    notify = try FileDescriptor.duplicate(messages.rawValue)
    tell(Custody.Entry(.keepListeners, parts: [.control, .notify]), control, notify)
  }

  /// Serves until PID 1 asks for the end, and everything has ended.
  public func run(_ definitions: [Specification]) -> Int32 {
    // One that the last kthreadd has come to is in the table.
    table.handling = .nothing
    for definition in definitions where slot(named: definition.name) == nil { begin(definition) }
    table.isBooted = true
    release()
    settle()
    tell(Custody.Entry(.done))
    resumeUpgrade()
    if table.isEnding { beginEnd() }
    while phase != .over {
      if events.isDrained { heart.rest() }
      let ready = events.wait(until: earliestDeadline)
      heart.beat()
      guard let ready else {
        expire()
        settle()
        continue
      }
      handle(ready)
      settle()
    }
    cgroups.clear()
    cgroups.unsettle()
    return 0
  }

  private func handle(_ ready: Events.Ready) {
    let index = Int(ready.key >> 32 & 0xFF_FFFF)
    let generation = UInt32(truncatingIfNeeded: ready.key)
    switch Source(rawValue: UInt8(ready.key >> 56)) {
    case .custody: receiveFromInit()
    case .signals: takeSignals()
    case .control: accept()
    case .notify: receiveNotifications()
    case .client: receive(fromClient: index, generation)
    case .channel:
      handling(index)
      receive(fromChannel: index, generation)
    case .log:
      handling(index)
      readLog(index, generation)
    case .mainProcess: mainProcessEnded(index, generation)
    case .readiness: hearReadiness(index, generation)
    case .stored: storedHungUp(index, generation)
    case .memory: takeMemoryEvents()
    case .jobs:
      handling(index)
      feed(index)
    case .upgrade: readUpgrade()
    case nil: break
    }
    table.handling = .nothing
  }

  /// What is left to do when an event was handled: creates whose turn has come, deadlines that are over, lines that wait.
  private func settle() {
    while settingUp < Supervisor.creatingAtOnce, let slot = queue.next() { create(slot) }
    if let due = earliestDeadline, due <= .now { expire() }
    flushLines()
    if hearing.stores == .over { dropStores() }
    if phase == .ending { endMore() }
  }

  private var earliestDeadline: Instant? {
    guard let next = nextDeadline, let first = timers.first else { return nextDeadline ?? timers.first }
    return min(next, first)
  }

  private func expire() {
    let now = Instant.now
    nextDeadline = nil
    expireUpgrade()
    while let index = timers.due(at: now) {
      guard let slot = slots[index] else {
        timers.set(index, nil)
        continue
      }
      // Its last word may still be on its way: a machine that slept wakes with every deadline over.
      if slot.channel >= 0 { receive(fromChannel: index, slot.generation) }
      apply(.deadline, to: index)
    }
    sayLate(at: now)
    reapLate(at: now)
    doPostponed(at: now)
  }

  func note(_ deadline: Instant) { nextDeadline = nextDeadline.map { min($0, deadline) } ?? deadline }

  func random() -> UInt32 {
    seed &+= 0x9E37_79B9_7F4A_7C15
    var value = seed
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return UInt32(truncatingIfNeeded: value >> 32)
  }

  /// Says a line for people. swinit's own lines are few; what happens can be followed as events.
  @inline(never)
  func say(_ message: Message) {
    var line: Message = "swinit: "
    line.append(contentsOf: message)
    line.send()
  }

  /// Sends one entry to PID 1, with descriptors. PID 1 never blocks, so where it is behind it is waited for.
  func tell(_ entry: Custody.Entry, _ first: Int32 = -1, _ second: Int32 = -1) {
    var entry = entry
    var descriptors = InlineArray<2, Int32>(repeating: first)
    descriptors[1] = second
    let count = (first >= 0 ? 1 : 0) + (second >= 0 ? 1 : 0)
    if first < 0 { descriptors[0] = second }
    while true {
      var failure: Errno?
      withUnsafeBytes(of: &entry) { bytes in
        descriptors.span.withUnsafeBufferPointer { list in
          do throws(Errno) {
            try Packet.send(bytes, UnsafeBufferPointer(rebasing: list.prefix(count)), over: custody)
          } catch { failure = error }
        }
      }
      guard failure == .again || failure == .noBuffers else { return }
      Socket.waitUntilWritable(custody)
    }
  }
}
