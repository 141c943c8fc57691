import Boot
import Supervision
import Sys

/// A system's workers: kthreadd is started behind the initcalls, when the file systems that it reads and writes are there, and stops its
/// workers before anything else ends. Its number is not 2, which is the kernel's own kthreadd.
enum SystemWorkers {
  /// Starts kthreadd. nil: it could not be started; the system is one anyway.
  @inline(never)
  static func begin(_ start: Bootstrap) -> Keeper? {
    guard Kthreadd.isBuiltIn else { return nil }
    if case .container = start.place {} else { MachineCgroup.make() }
    do throws(Errno) {
      let keeper = try keeper(start)
      keeper.begin()
      return keeper
    } catch {
      start.log.fatal("cannot start kthreadd: \(error); going on without workers")
      return nil
    }
  }

  /// Goes on with what an execution before this one has kept, after a fault. nil: that is lost, and the system is one anyway.
  @inline(never)
  static func resume(_ start: Bootstrap, _ taken: InitState.Taken) -> Keeper? {
    do throws(Errno) {
      let keeper = try keeper(start, resuming: taken)
      keeper.takeUp()
      return keeper
    } catch {
      start.log.fatal("cannot take over what swinit held for kthreadd: \(error); its workers go on without it")
      FileDescriptor.closeInherited()
      return nil
    }
  }

  private static func keeper(_ start: Bootstrap, resuming taken: InitState.Taken? = nil) throws(Errno) -> Keeper {
    var environment = start.environment
    if environment.value("PATH") == nil { environment.set(TestMachine.path) }
    // Without a grace for all of them: each has its own time at the end.
    var configuration = Configuration()
    configuration.policy.grace = nil
    return try Keeper(
      start.log, environment: environment.vector(), grace: nil, heartbeat: configuration.heartbeat,
      arguments: Kthreadd.words(configuration, .failures), resuming: taken)
  }

  /// What an essential worker's end asks for, as systemd's FailureAction=poweroff.
  @inline(never)
  static func request(for code: Int32, _ log: Log) -> SystemRequest {
    log.fatal("an essential worker has ended (code \(code)): powering off the system")
    return SystemRequest(.powerOff, .orderly)
  }
}

extension SystemEnd {
  /// Has all workers stopped, those that others came after behind those, each by its own signal and in its own time. Who asks for another
  /// end meanwhile is heard, and who is in a hurry need not wait.
  @inline(never)
  mutating func endWorkers(_ keeper: Keeper) {
    keeper.askForEnd()
    while keeper.process != nil, request.manner == .orderly {
      var count = 0
      while count < 256, case .process(let process, let status) = keeper.next() {
        count += 1
        if case .stopped = status { continue }
        _ = keeper.ended(process, status)
      }
      guard keeper.process != nil else { return }
      // There may be more to reap at once.
      let arrival = count < 256 ? keeper.wait(for: SignalState.queued, until: nil) : SignalQueue.pending(of: SignalState.queued)
      _ = SignalQueue.takeSentFaults()
      if let arrival, let asked = signals.receive(arrival.signal, at: .now) { take(asked) }
    }
  }
}
