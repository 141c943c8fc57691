import Boot
import Sys

/// The life of PID 1, kernel_init(): prepares what its command finds, starts it, stands for it, and ends what it leaves.
struct KernelInit {
  let configuration: Configuration
  var signals: SignalState
  let log: Log
  private let isInit: Rest.Init
  private let jobControl: JobControl
  var life: Lifecycle
  var reaper: Reaper
  var hasTimedOut = false
  var begin = Begin()
  var isEndingForWorker = false

  init(_ configuration: Configuration, _ signals: SignalState) {
    self.configuration = configuration
    self.signals = signals
    log = configuration.log
    isInit = ProcessID.current == .initProcess ? .pidOne : .subreaper
    jobControl = JobControl(isInit)
    life = Lifecycle(configuration.policy)
    reaper = Reaper(configuration.log, configuration.warnsOfOrphans)
  }

  /// Runs until all has ended. `inherited` is the environment as it came in. Returns the exit code.
  mutating func run(_ inherited: Environment) throws(UsageError) -> Int32 {
    var environment = NativeParser.withoutVariables(inherited)
    for variable in configuration.variables { environment.set(variable) }
    if Kthreadd.isBuiltIn, let taken = InitState.taken { return resume(taken, environment, inherited) }
    let account = try Account(configuration, environment)

    prepareNamespace()
    restInit(environment, inherited)
    var report = Report(configuration.report)
    begin.report = report?.begin
    let before = Hooks(before: configuration.preHooks, environment, signals)
    let after = Hooks(after: configuration.postHooks, environment, signals, directory: configuration.postHooks.isEmpty ? nil : Host.currentDirectory())

    var ending: Ending
    if let interruption = before?.runBefore(&reaper, log, killAfter: configuration.policy.killAfter) {
      ending = end(interruption)
    } else if reaper.keeper != nil, configuration.command == nil, configuration.commandLine == nil {
      ending = standForWorkers()
    } else {
      ending = startCommand(account)
      begin.command = ending.command
      if let process = ending.process { ending.status = stand(for: process) }
    }
    return conclude(ending, after, &report)
  }

  /// Ends what is left, in order. Returns the exit code.
  mutating func conclude(_ ending: Ending, _ after: Hooks?, _ report: inout Report?) -> Int32 {
    if let keeper = reaper.keeper { keeper.endWorkers(&reaper) }
    let statusCode = hasTimedOut ? KernelInit.timeoutCode : reaper.keeper?.endCode ?? ending.status?.code ?? ending.code
    // A command that did not start keeps its 126 or 127, whatever the map says.
    let code = ending.status == nil ? statusCode : configuration.exitMap[statusCode]

    endRest(of: ending.process, noting: &report)
    if ending.process != nil, let after {
      after.runAfter(ending.status, code: code, &reaper, log, killAfter: configuration.policy.killAfter)
      endRest(of: nil, noting: &report)
    }
    report?.send(
      Report.Ending(
        command: ending.command.text, process: ending.process, status: ending.status, statusCode: statusCode, code: code,
        reaped: reaper.orphans))
    return code
  }

  /// As timeout(1) has it.
  private static let timeoutCode: Int32 = 124

  /// What became of the command.
  struct Ending {
    var command: CString
    /// nil: it was not started.
    var process: ProcessID?
    var status: WaitStatus?
    /// The code that stands for a command that was not started.
    var code: Int32
  }

  /// What a program may rely on: open descriptors 0 to 2, and a parent that reaps.
  private func prepareNamespace() {
    do throws(Console.Failure) {
      if let path = configuration.console { try Console.open(path) } else { try Console.openWhereClosed() }
    } catch {
      log.warning("unable to open an initial console (\(error.path): \(error.errno))")
    }
    if isInit == .subreaper {
      do throws(Errno) { try Host.becomeSubreaper() } catch { log.info("cannot become a subreaper: \(error)") }
    }
    if let signal = configuration.parentDeathSignal {
      let parent = ProcessID.parent
      do throws(Errno) { try Host.setParentDeathSignal(signal) } catch { log.warning("cannot watch the parent: \(error)") }
      // It may have ended just before.
      if ProcessID.parent != parent { try? ProcessID.current.send(signal) }
    }
  }

  @inline(never)
  private func end(_ interruption: Hooks.Interruption) -> Ending {
    let command = configuration.command.map { CString(at: UnsafePointer($0[0]!)) } ?? CString("")
    switch interruption {
    case .failed(let hook, let code):
      log.fatal("the hook '\(hook.request.file)' failed (code \(code)); the command was not started")
      return Ending(command: command, code: code)
    case .cannotStart(let failure):
      log.fatal("the hook failed: \(failure.message); the command was not started")
      return Ending(command: command, code: failure.exitCode)
    case .stopped(let signal):
      log.info("\(signal) came during a hook; the command was not started")
      return Ending(command: command, code: 128 + signal.rawValue)
    }
  }

  /// Starts what was asked for: the command, or what the init chain finds.
  @inline(never)
  private mutating func startCommand(_ account: Account) -> Ending {
    guard let arguments = configuration.command else { return walkInitChain(account) }
    var program = Program(arguments, account.environment, signals, configuration)
    program.become(account.identity)
    do throws(SpawnError) {
      let process = try start(program)
      return Ending(command: program.request.file, process: process, code: 0)
    } catch {
      let failure = program.explain(error)
      log.cannotExecute(program.request.file, error.errno, failure.message)
      return Ending(command: program.request.file, code: failure.exitCode)
    }
  }

  /// try_to_run_init_process(), one candidate after another.
  @inline(never)
  private mutating func walkInitChain(_ account: Account) -> Ending {
    let line = KernelCommandLine((configuration.commandLine ?? CString("")).text)
    let nothing = Ending(command: CString(""), code: 127)
    if let overflow = line.overflow {
      log.fatal(overflow.message)
      return nothing
    }
    var chain = InitChain(line)
    while let candidate = chain.next() {
      if OwnProgram.isOwn(candidate.path) {
        log.info("\(candidate.path) is swinit itself: skipped")
        continue
      }
      log.info("Run \(candidate.path) as init process")
      let program = account.program(for: candidate, line, signals, configuration)
      do throws(SpawnError) {
        let process = try start(program)
        return Ending(command: candidate.path, process: process, code: 0)
      } catch {
        guard error.stage == .execute else {
          log.fatal(program.explain(error).message)
          return nothing
        }
        switch InitChain.verdict(on: candidate, error.errno) {
        case .next(let message): if let message { log.fatal(message) }
        case .panic(let message):
          log.fatal(message)
          return nothing
        }
      }
    }
    log.fatal(InitChain.nothingFound)
    return nothing
  }

  /// Starts the main process. From here on swinit holds nothing of what it was started with, and allocates nothing.
  private mutating func start(_ program: Program) throws(SpawnError) -> ProcessID {
    do throws(SpawnError) {
      let process = try program.start()
      reaper.await(process)
      if configuration.policy.timeout != nil { life.commandStarted(at: .now) }
      log.info("started '\(program.request.file)' as \(process)")
      try? Host.changeDirectory(to: CString("/"))
      if configuration.ownFiles == .closed {
        if let keeper = reaper.keeper { keeper.closeInherited() } else { FileDescriptor.closeInherited() }
      }
      return process
    } catch {
      guard error.stage == .fork else { throw error }
      // No second process may exist here (RLIMIT_NPROC, pids.max). A command without an init is better than none.
      log.warning("cannot fork: \(error.errno); running '\(program.request.file)' in place of swinit")
      let failure = program.request.replaceProcess()
      _ = SignalState.takeOver()  // it has undone what it inherits
      throw failure
    }
  }

  /// Forwards and reaps until the command has ended.
  ///
  /// This frame lives as long as the container. What it calls to say something is kept out of line: each message in here would be
  /// another kilobyte of stack that stays.
  mutating func stand(for command: ProcessID) -> WaitStatus {
    if configuration.initMemory == .givenBack { Host.freeInitMemory() }
    reaper.keeper?.replaceable = .yes
    while true {
      let remaining = reaper.reap()
      if let outcome = reaper.outcome {
        jobControl.takeBack(from: command)
        explain(outcome)
        return outcome
      }
      if case .none = remaining {
        return vanished(command)
      }
      if let signal = reaper.takeStop() {
        stopped(command, by: signal)
      }
      if life.deadline != nil {
        while let action = life.expire(at: .now) { perform(action, on: command) }
      }
      let more = if case .more = remaining { true } else { false }
      let arrival = more ? SignalQueue.pending(of: SignalState.queued) : next()
      if let code = reaper.keeper?.endCode, !isEndingForWorker { endForWorker(command, code) }
      // A fault that was sent came before it, or with it.
      var sent = SignalQueue.takeSentFaults()
      while let signal = sent.popFirst() { receive(signal, for: command) }
      if let arrival, arrival.isForOthers { receive(arrival.signal, for: command) }
      if reaper.keeper?.upgrade == .due { upgrade(command) }
    }
  }

  @inline(never)
  private func vanished(_ command: ProcessID) -> WaitStatus {
    log.fatal("the command \(command) has vanished without an exit status")
    return .exited(Panic.exitCode)
  }

  @inline(never)
  private func stopped(_ command: ProcessID, by signal: Signal) {
    log.info("the command \(command) was stopped by \(signal)")
    jobControl.commandStopped(command)
  }

  @inline(never)
  mutating func receive(_ signal: Signal, for command: ProcessID) {
    if let action = life.receive(signal, at: .now) {
      perform(action, on: command)
      jobControl.forwardedStop(signal, to: configuration.leads)
    } else {
      log.info("dropped \(signal)")
    }
  }

  @inline(never)
  private mutating func perform(_ action: Lifecycle.Action, on command: ProcessID) {
    switch action {
    case .forward(let signal):
      if signal == .resume { jobControl.commandResumes(command) }
      log.info("forwarding \(signal) to \(command)")
      send(signal, to: command)
    case .holdBack:
      // Taken out of the message: a closure that captures self here stops Swift 6.3's optimizer.
      let time = configuration.policy.drain.milliseconds
      log.info("holding SIGTERM back for \(time) ms")
    case .killCommand:
      log.fatal("the command \(command) has not ended after SIGTERM: SIGKILL")
      send(.kill, to: command)
    case .timeOut:
      let time = configuration.policy.timeout?.secondsRoundedUp ?? 0
      log.fatal("the command \(command) has run for \(time) s, which is all it may: SIGKILL")
      hasTimedOut = true
      send(.kill, to: command)
    case .signalRest, .terminateRest, .reportLate, .killRest, .giveUp:
      break
    }
  }

  private func send(_ signal: Signal, to command: ProcessID) {
    do throws(Errno) {
      guard configuration.signalTarget == .group else { return try command.send(signal) }
      do throws(Errno) {
        try command.sendToGroup(signal)
        // It may have left its group while others stay in it.
        if command.group != command { try command.send(signal) }
      } catch {
        // The command has moved to another group, which is its own business.
        guard error == .noProcess else { throw error }
        try command.send(signal)
      }
    } catch {
      log.warning("cannot forward \(signal) to \(command): \(error)")
    }
  }

  @inline(never)
  private func explain(_ outcome: WaitStatus) {
    switch outcome {
    case .exited(let code): log.info("the command exited with code \(code)")
    case .signaled(let signal, _):
      log.info("the command was ended by \(signal)")
      if signal == .kill, let kills = OutOfMemory.kills, kills > 0 {
        log.fatal("the command was ended by SIGKILL; its cgroup's oom_kill count is \(kills)")
      }
    case .stopped: break
    }
  }

  private mutating func endRest(of command: ProcessID?, noting report: inout Report?) {
    guard configuration.leftovers == .ended else {
      _ = reaper.reap()
      if report != nil { Rest(isInit, group: command).forEach { report?.note($0) } }
      return
    }
    var shutdown = Shutdown(life, reaper, Rest(isInit, group: configuration.leads == .inherited ? nil : command), log)
    shutdown.run(noting: &report)
    reaper = shutdown.reaper
  }
}
