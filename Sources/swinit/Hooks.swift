import Boot
import Sys

/// The programs before and after the command. Everything they need is laid out before the command starts.
struct Hooks {
  private let programs: [Program]
  private let code: UnsafeMutablePointer<CChar>?
  private let signal: UnsafeMutablePointer<CChar>?

  static let exitCodeVariable: StaticString = "SWINIT_EXIT_CODE"
  static let exitSignalVariable: StaticString = "SWINIT_EXIT_SIGNAL"

  /// Hooks that run before the command; nil when there are none.
  init?(before hooks: [CommandWords], _ environment: Environment, _ signals: SignalState) {
    if hooks.isEmpty { return nil }
    // Nothing has ended yet that could be told of.
    self.init(hooks, environment, signals, directory: nil, nil, nil)
  }

  /// Hooks that run after all has ended; nil when there are none. How the command ended is written into their environment then.
  init?(after hooks: [CommandWords], _ environment: Environment, _ signals: SignalState, directory: CString?) {
    if hooks.isEmpty { return nil }
    var environment = environment
    let code = CString(copying: Text(Hooks.exitCodeVariable), Text("=000"))
    let signal = CString(copying: Text(Hooks.exitSignalVariable), Text("=0000000000"))
    environment.set(code)
    environment.set(signal)
    self.init(
      hooks, environment, signals, directory: directory,
      UnsafeMutablePointer(mutating: code.pointer + Text(Hooks.exitCodeVariable).count + 1),
      UnsafeMutablePointer(mutating: signal.pointer + Text(Hooks.exitSignalVariable).count + 1))
  }

  private init(
    _ hooks: [CommandWords], _ environment: Environment, _ signals: SignalState, directory: CString?,
    _ code: UnsafeMutablePointer<CChar>?, _ signal: UnsafeMutablePointer<CChar>?
  ) {
    programs = hooks.map {
      var program = Program(Environment.vector(of: $0.words), environment, signals)
      program.runAsHook(in: directory)
      return program
    }
    self.code = code
    self.signal = signal
  }

  /// What ended a run of hooks before its end.
  enum Interruption {
    /// This hook failed.
    case failed(Program, code: Int32)
    case cannotStart(ExecFailure)
    /// This signal asked for the end of everything.
    case stopped(Signal)
  }

  /// Runs them in order; stops at the first that fails or at a signal that asks for the end. Other signals wait in the queue for the
  /// command.
  func runBefore(_ reaper: inout Reaper, _ log: Log, killAfter: Interval?) -> Interruption? {
    for program in programs {
      log.info("running the hook '\(program.request.file)'")
      do throws(SpawnError) {
        reaper.await(try program.start())
      } catch {
        return .cannotStart(program.explain(error))
      }
      var asked: Signal?
      let set = SignalSet(.terminate, .interrupt, .quit, .hangup, .child)
      let status = Hooks.wait(&reaper, for: set, killAfter) { asked = $0 }
      if let asked { return .stopped(asked) }
      if status.code != 0 { return .failed(program, code: status.code) }
    }
    return nil
  }

  /// Runs all of them, whatever becomes of one.
  func runAfter(_ status: WaitStatus?, code exitCode: Int32, _ reaper: inout Reaper, _ log: Log, killAfter: Interval?) {
    Hooks.write("\(exitCode)", to: code)
    if case .signaled(let killer, _) = status {
      var name = Message()
      killer.appendName(to: &name)
      Hooks.write(name, to: signal)
    } else {
      Hooks.write("", to: signal)
    }
    for program in programs {
      log.info("running the hook '\(program.request.file)'")
      do throws(SpawnError) {
        reaper.await(try program.start())
        let ended = Hooks.wait(&reaper, for: SignalState.queued, killAfter) { _ in }
        if ended.code != 0 { log.warning("the hook '\(program.request.file)' failed (code \(ended.code))") }
      } catch {
        log.warning("the hook '\(program.request.file)' failed: \(program.explain(error).message)")
      }
    }
  }

  /// Waits for the hook's end, and forwards the signals of `set` to it. After a TERM it may take `killAfter`.
  private static func wait(
    _ reaper: inout Reaper, for set: SignalSet, _ killAfter: Interval?, onSignal: (Signal) -> Void
  ) -> WaitStatus {
    var killAt: Instant?
    while true {
      let remaining = reaper.reap()
      if let outcome = reaper.outcome { return outcome }
      guard let hook = reaper.awaited else { return .exited(Panic.exitCode) }
      if let deadline = killAt, deadline <= .now {
        killAt = nil
        try? hook.send(.kill)
      }
      let more = if case .more = remaining { true } else { false }
      let arrival = more ? SignalQueue.pending(of: set) : SignalQueue.next(of: set, until: killAt)
      // Faults that were sent before the command starts wait for it; behind it there is only the hook to have them.
      if set == SignalState.queued { SignalQueue.takeSentFaults().forEach { try? hook.send($0) } }
      guard let arrival, arrival.isForOthers else { continue }
      onSignal(arrival.signal)
      // What the terminal sends, it has sent to the whole group, and a hook is in swinit's.
      if arrival.sender != nil { try? hook.send(arrival.signal) }
      guard arrival.signal == .terminate else { continue }
      try? hook.send(.resume)
      if killAt == nil, let killAfter { killAt = .now + killAfter }
    }
  }

  private static func write(_ text: Message, to slot: UnsafeMutablePointer<CChar>?) {
    guard let slot else { return }
    text.withBytes { bytes in
      for (index, byte) in bytes.enumerated() { slot[index] = CChar(bitPattern: byte) }
      slot[bytes.count] = 0
    }
  }
}
