import Boot
import Supervision
import Sys

extension KernelInit {
  /// rest_init(): kthreadd before anything else, so that it is PID 2, and on only when it is there (kthreadd_done). Without workers to be
  /// looked after nothing is started.
  @inline(never)
  mutating func restInit(_ environment: Environment, _ inherited: Environment) {
    guard Kthreadd.isBuiltIn else { return }
    guard configuration.supervision == .asked || (try? FileStatus(of: Kthreadd.directory)) != nil else { return }
    do throws(Errno) {
      let keeper = try keeper(environment)
      Origin.prepare(inherited)
      begin.directory = configuration.postHooks.isEmpty ? nil : Host.currentDirectory()
      keeper.begin()
      reaper.keeper = keeper
    } catch {
      log.fatal("cannot start kthreadd: \(error); going on without workers")
    }
  }

  func keeper(_ environment: Environment, resuming taken: InitState.Taken? = nil) throws(Errno) -> Keeper {
    let verbosity: Supervisor.Setting.Verbosity =
      configuration.log.threshold.rawValue >= Log.Level.info.rawValue ? .everything : .failures
    return try Keeper(
      configuration.log, environment: environment.vector(), grace: configuration.policy.grace, heartbeat: configuration.heartbeat,
      arguments: Kthreadd.words(configuration, verbosity), resuming: taken)
  }

  /// The next signal; where there is a kthreadd, it is heard meanwhile.
  @inline(__always)
  func next() -> SignalQueue.Arrival? {
    guard let keeper = reaper.keeper else { return SignalQueue.next(of: SignalState.queued, until: life.deadline) }
    return keeper.wait(for: SignalState.queued, until: life.deadline)
  }

  /// A container that is its workers and nothing else: until it is asked to end, or an essential worker has ended.
  @inline(never)
  mutating func standForWorkers() -> Ending {
    try? Host.changeDirectory(to: "/")
    reaper.keeper?.closeInherited()
    reaper.keeper?.replaceable = .yes
    while reaper.keeper?.endCode == nil {
      if case .more = reaper.reap() { continue }
      upgrade(nil)
      guard let arrival = next(), arrival.isForOthers else { continue }
      if arrival.signal == .terminate || arrival.signal == .interrupt || arrival.signal == .quit { break }
    }
    return Ending(command: CString(""), code: 0)
  }

  /// An essential worker has ended, and the command goes with it.
  @inline(never)
  mutating func endForWorker(_ command: ProcessID, _ code: Int32) {
    isEndingForWorker = true
    log.fatal("an essential worker has ended (code \(code)): ending the container")
    receive(.terminate, for: command)
  }
}
