import Boot
import Sys

/// do_initcalls(): level by level the calls that swinit has itself, then the administrator's of /etc/swinit/initcalls.d/LEVEL/. What fails
/// is told of, and the boot goes on.
struct Initcalls {
  private let start: Bootstrap
  private var hooks: InitcallHooks
  /// Where there are calls to make: a container's namespace is prepared by who has made it.
  private let makesOwnCalls: Bool

  init(_ start: Bootstrap) {
    self.start = start
    hooks = InitcallHooks(start)
    if case .container = start.place { makesOwnCalls = false } else { makesOwnCalls = true }
  }

  /// Returns what was asked for meanwhile; nil when all have run.
  mutating func run(_ signals: inout SystemSignals) -> SystemRequest? {
    for level in InitcallLevel.allCases {
      if makesOwnCalls {
        for call in Initcall.allCases where call.level == level {
          doOne(call)
          if let request = pending(&signals) { return request }
        }
      }
      for hook in InitcallHooks.names(at: level) {
        if let request = doOne(hook, at: level, &signals) { return request }
      }
    }
    return nil
  }

  /// What was asked for while a call ran that does not listen.
  private func pending(_ signals: inout SystemSignals) -> SystemRequest? {
    while let arrival = SignalQueue.pending(of: SignalState.queued) {
      if let request = signals.receive(arrival.signal, at: .now) { return request }
    }
    return nil
  }

  /// do_one_initcall().
  private func doOne(_ call: Initcall) {
    let name = Text(call.name)
    guard !isBlacklisted(name) else { return }
    let began = begin(name)
    let error = call.call(start)
    end(name, began, code: -(error?.rawValue ?? 0))
    if let error { start.log.warning("initcall \(name) failed: \(error)") }
  }

  private mutating func doOne(_ hook: CString, at level: InitcallLevel, _ signals: inout SystemSignals) -> SystemRequest? {
    let name = hook.text.baseName
    guard !isBlacklisted(name) else { return nil }
    let began = begin(name)
    let outcome = hooks.run(hook, at: level, &signals)
    end(name, began, code: outcome.code)
    return outcome.request
  }

  private func isBlacklisted(_ name: Text) -> Bool {
    guard start.parameters.initcallBlacklist.holds(name) else { return false }
    start.log.fatal("initcall \(name) blacklisted")
    return true
  }

  // The kernel's lines, with their two blanks.
  private func begin(_ name: Text) -> Instant {
    if start.parameters.initcallTrace == .each { start.log.fatal("calling  \(name) @ \(ProcessID.current)") }
    return .now
  }

  private func end(_ name: Text, _ began: Instant, code: Int32) {
    guard start.parameters.initcallTrace == .each else { return }
    let microseconds = began.interval(to: .now).nanoseconds / 1000
    start.log.fatal("initcall \(name) returned \(code) after \(microseconds) usecs")
  }
}
