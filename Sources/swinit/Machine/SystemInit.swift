import Boot
import Sys

/// PID 1 of a whole system: the initcalls, the consoles, and the end.
struct SystemInit {
  private let start: Bootstrap
  private var consoles: [ConsoleEntry] = []
  private var signals = SystemSignals()
  /// nil: there are no workers.
  private var keeper: Keeper? { Kthreadd.isBuiltIn ? kept : nil }
  private var kept: Keeper?

  /// Returns only in a container, whose end it is, and where nothing is left to be done.
  static func run(_ start: Bootstrap) -> Int32 {
    var system = SystemInit(start)
    return system.run()
  }

  /// In a container: PID 1 by the name of init, without a command to run.
  static func isAsked(_ arguments: SpawnRequest.Vector) -> Bool {
    guard ProcessID.current == .initProcess, let name = arguments[0], CString(at: UnsafePointer(name)).text.baseName == "init"
    else { return false }
    return arguments[1] == nil || Resume.isMeant(arguments)
  }

  private init(_ start: Bootstrap) { self.start = start }

  private var log: Log { start.log }

  private mutating func run() -> Int32 {
    // Tools look at this name to tell the service manager.
    try? Host.setName("init")
    let resumed = Resume.read(start.arguments)
    // What a container's manager has left open is nobody's here, nor is its directory.
    if resumed?.kept == nil { FileDescriptor.closeInherited() }
    try? Host.changeDirectory(to: "/")
    if let resumed { return resume(resumed) }
    var initcalls = Initcalls(start)
    if let request = initcalls.run(&signals) { return end(request) }
    do throws(MachineFailure) {
      if let command = try TestCommand(start.parameters) { return TestMachine(start).run(command) }
    } catch { log.fatal(error.message) }
    kept = SystemWorkers.begin(start)
    consoles = ConsoleEntry.all(start)
    return stand()
  }

  /// After a fault of this program: the consoles that run are still its children.
  private mutating func resume(_ resumed: Resume) -> Int32 {
    log.fatal("executed again after the fault; the system goes on")
    if Kthreadd.isBuiltIn, let standing = resumed.kept { kept = SystemWorkers.resume(start, standing) }
    consoles = ConsoleEntry.all(start)
    for index in consoles.indices {
      if let process = resumed.process(at: index) { consoles[index].adopt(process) }
    }
    if let request = resumed.request { return end(request) }
    return stand()
  }

  /// Starts what is due and reaps, until the end is asked for.
  private mutating func stand() -> Int32 {
    StateFile.publish(.freeingInitmem)
    startDue()
    StateFile.publish(.running)
    Resume.note(keeper)
    Resume.arm(start)
    Host.freeInitMemory()
    while true {
      let remaining = reap()
      if let code = keeper?.endCode { return end(SystemWorkers.request(for: code, log)) }
      startDue()
      let arrival = remaining == .more ? SignalQueue.pending(of: SignalState.queued) : next()
      _ = SignalQueue.takeSentFaults()
      if let arrival, let request = signals.receive(arrival.signal, at: .now) { return end(request) }
    }
  }

  /// The next signal; kthreadd is heard meanwhile.
  private func next() -> SignalQueue.Arrival? {
    guard let keeper else { return SignalQueue.next(of: SignalState.queued, until: nextDue) }
    return keeper.wait(for: SignalState.queued, until: nextDue)
  }

  private enum Remaining {
    case none, more
  }

  private mutating func reap() -> Remaining {
    for _ in 0..<256 {
      guard case .process(let process, let status) = keeper?.next() ?? Reaped.next() else { return .none }
      if case .stopped = status { continue }
      if let keeper, keeper.ended(process, status) { continue }
      for index in consoles.indices where consoles[index].ended(process) { Resume.note(nil, at: index) }
    }
    return .more
  }

  private mutating func startDue() {
    for index in consoles.indices {
      guard let due = consoles[index].dueAt, due <= .now else { continue }
      consoles[index].start(log)
      Resume.note(consoles[index].process, at: index)
    }
  }

  private var nextDue: Instant? {
    var next: Instant?
    for console in consoles {
      guard let due = console.dueAt else { continue }
      next = next.map { min($0, due) } ?? due
    }
    return next
  }

  private mutating func end(_ request: SystemRequest) -> Int32 {
    var end = SystemEnd(start, signals, request)
    return end.run(consoles, keeper)
  }
}
