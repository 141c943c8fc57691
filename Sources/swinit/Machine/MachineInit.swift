import Boot
import Sys

/// PID 1 of a machine in its initramfs: finds the root and hands over to the init that is on it, as the kernel's prepare_namespace() and
/// kernel_init() do, or runs one command and tells the host how it ended.
struct MachineInit {
  private let start: Bootstrap

  init(_ start: Bootstrap) { self.start = start }

  private var parameters: BootParameters { start.parameters }
  private var log: Log { start.log }

  /// Does not return but with the exit code that makes the kernel panic: when there is nothing else left.
  func run() -> Int32 {
    try? Machine.takeControlAltDelete()
    ModuleLoading.loadAll(start)
    Milestones.reach(.modulesLoaded)
    var hasEntered = parameters.root == nil
    while true {
      do throws(MachineFailure) {
        if !hasEntered { try enterRoot() }
        hasEntered = true
        if let command = try TestCommand(parameters) { return TestMachine(start).run(command) }
        throw walkInitChain()
      } catch {
        log.fatal(error.message)
        guard FailurePolicy(start).answer() == .tryAgain else { return 1 }
      }
    }
  }

  /// root=: waits for it, mounts it, and makes it the root.
  private func enterRoot() throws(MachineFailure) {
    let specification: RootSpecification
    do throws(BadWord) {
      specification = try RootSpecification(parameters.root, types: FileSystemTypeList(parameters.rootTypes))
    } catch {
      throw MachineFailure("root=\(error.word): expected \(error.expected)")
    }
    do throws(RootMount.Failure) {
      let mount = try RootMount(parameters)
      switch specification {
      case .none: return
      case .memory: try mount.attachMemory()
      case .source(let tag): try mount.attach(CString(copying: tag), known: nil)
      default:
        let device = try waitForRoot(specification)
        log.info("root is \(device.node)")
        try mount.attach(device.node, known: device.superblock?.type.name)
      }
      if parameters.overlaysRoot { try RootMount.overlay() }
    } catch {
      throw MachineFailure(error.message)
    }
    do throws(SwitchRoot.Failure) {
      try SwitchRoot.enter(RootMount.target)
    } catch {
      throw MachineFailure("cannot switch to the new root: \(error.step): \(error.errno)")
    }
  }

  /// The device of root=, as soon as it is there: the kernel's uevents say when to look again.
  private func waitForRoot(_ specification: RootSpecification) throws(RootMount.Failure) -> BlockDevice {
    let events: Uevents
    do throws(Errno) { events = try Uevents() } catch { throw RootMount.Failure("cannot hear of devices (netlink): \(error)") }
    let begin = Instant.now
    if parameters.rootDelay > .zero {
      while events.wait(until: begin + parameters.rootDelay) == .event {}
    }
    let deadline: Instant? =
      switch parameters.rootWait {
      case .forever: nil
      case .atMost(let bound): begin + bound
      case .bounded: begin + parameters.wait
      }
    let finder = RootFinder(specification)
    var isTold = false
    while true {
      if let device = finder.find() { return device }
      let now = Instant.now
      let notice = begin + .seconds(1)
      if !isTold, notice <= now {
        isTold = true
        log.fatal("waiting for root=\(parameters.root ?? Text("")); there are: \(RootFinder.listing)")
      }
      if let deadline, deadline <= now { break }
      let next = isTold ? deadline : min(notice, deadline ?? notice)
      _ = events.wait(until: next)
    }
    throw RootMount.Failure("root=\(parameters.root ?? Text("")) was not found; there are: \(RootFinder.listing)")
  }

  /// init= and the defaults, executed in place of this process with what the kernel has handed over. Returns only when none could be.
  private func walkInitChain() -> MachineFailure {
    var chain = InitChain(machine: parameters)
    var words: [CString] = [""]
    var index = 1
    while start.arguments[0] != nil, let word = start.arguments[index] {
      words.append(CString(at: UnsafePointer(word)))
      index += 1
    }
    while let candidate = chain.next() {
      if OwnProgram.isOwn(candidate.path) { continue }
      log.info("Run \(candidate.path) as init process")
      words[0] = candidate.path
      let program = Program(Environment.vector(of: words), start.environment, start.signals)
      SignalQueue.block(.all)
      let error = program.request.replaceProcess()
      SignalQueue.block(SignalState.queued)
      switch InitChain.verdict(on: candidate, error.errno) {
      case .next(let message): if let message { log.fatal(message) }
      case .panic(let message):
        guard parameters.isLegacyChain else { return MachineFailure(message) }
        log.fatal("Failed to execute \(candidate.path) (error \(-error.errno.rawValue)).  Attempting defaults...")
      }
    }
    return MachineFailure("No working init found.  Try passing init= option to kernel.")
  }
}

/// Why a machine cannot go on.
struct MachineFailure: Error {
  private let boxed: BoxedMessage
  var message: Message { boxed.message }

  @inline(never)
  init(_ message: Message) { boxed = BoxedMessage(message) }
}
