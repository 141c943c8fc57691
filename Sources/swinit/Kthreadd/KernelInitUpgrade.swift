import Boot
import Supervision
import Sys

extension KernelInit {
  /// What is needed at the end and was found out at the begin: it goes over to another execution.
  struct Begin {
    /// The report's; nil: there is none.
    var report: Report.Begin?
    /// Where the hooks run.
    var directory: CString?
    var command: CString = ""
  }

  /// Executes the new program, where an upgrade has come so far.
  @inline(never)
  func upgrade(_ command: ProcessID?) {
    guard let keeper = reaper.keeper, keeper.upgrade == .due else { return }
    var state = InitState()
    Attributes.getName(into: &state.name)
    state.command = command?.rawValue ?? 0
    state.hasTimedOut = hasTimedOut ? 1 : 0
    state.isEndingForWorker = isEndingForWorker ? 1 : 0
    state.orphans = Int64(reaper.orphans)
    state.blocked = signals.blocked.rawValue
    state.ignored = signals.ignored.rawValue
    state.life = life.snapshot
    state.started = begin.report?.started.nanoseconds ?? 0
    state.oomKills = Int64(begin.report?.oomKills ?? -1)
    keeper.execute(state, begin.directory?.text ?? Text(""), begin.command.text)
  }

  /// Goes on where the execution before this one was, as if it were that.
  @inline(never)
  mutating func resume(_ taken: InitState.Taken, _ environment: Environment, _ inherited: Environment) -> Int32 {
    var state = taken.state
    Attributes.setName(from: &state.name)
    hasTimedOut = state.hasTimedOut != 0
    isEndingForWorker = state.isEndingForWorker != 0
    signals = SignalState(blocked: SignalSet(rawValue: state.blocked), ignored: SignalSet(rawValue: state.ignored))
    life = Lifecycle(configuration.policy, from: state.life)
    reaper.orphans = Int(state.orphans)
    begin.directory = taken.directory
    begin.command = taken.command
    var report = Report(
      configuration.report,
      Report.Begin(
        started: Instant(nanoseconds: state.started), oomKills: state.oomKills < 0 ? nil : Int(state.oomKills)))
    begin.report = report?.begin
    Origin.prepare(inherited)
    do throws(Errno) {
      reaper.keeper = try keeper(environment, resuming: taken)
      reaper.keeper?.endUpgrade()
    } catch {
      log.fatal("cannot take over what swinit held before: \(error); ending")
    }
    let after = Hooks(after: configuration.postHooks, environment, signals, directory: begin.directory)
    var ending = Ending(command: taken.command, code: 0)
    if state.command > 0 {
      let process = ProcessID(state.command)
      reaper.await(process)
      ending.process = process
      ending.status = stand(for: process)
    } else if reaper.keeper != nil {
      ending = standForWorkers()
    }
    return conclude(ending, after, &report)
  }
}
