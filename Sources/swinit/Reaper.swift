import Sys

/// Takes the exit status of every child: the one that is waited for, and the orphans that the kernel gives to an init.
struct Reaper {
  enum Remaining {
    /// There are children, and none has changed.
    case some
    /// There may be more to reap at once.
    case more
    /// There is no child.
    case none
  }

  /// The child whose status matters: the command, or a hook.
  private(set) var awaited: ProcessID?
  /// How the awaited child has ended.
  private(set) var outcome: WaitStatus?
  /// The signal that has stopped it, until it is taken.
  private var stop: Signal?
  /// How many other processes were reaped.
  var orphans = 0

  /// Where there is a kthreadd: it and its workers end for the keeper.
  var keeper: Keeper? {
    get { Kthreadd.isBuiltIn ? kept : nil }
    set { kept = newValue }
  }
  private var kept: Keeper?
  private var isBurst = false
  private let log: Log
  private let warning: Configuration.OrphanWarning

  init(_ log: Log, _ warning: Configuration.OrphanWarning = .none) {
    self.log = log
    self.warning = warning
  }

  mutating func await(_ process: ProcessID) {
    awaited = process
    outcome = nil
    stop = nil
  }

  mutating func takeStop() -> Signal? { stop.take() }

  /// Reaps up to 256 processes, so that signals get their turn in a burst of thousands.
  mutating func reap() -> Remaining {
    // Where several have gone at a time, more are about to: those that share this processor go first, and are reaped with one wake-up
    // instead of one each.
    if isBurst { ProcessID.yieldProcessor() }
    let before = orphans
    defer { isBurst = orphans &- before > 1 }
    for _ in 0..<256 {
      switch keeper?.next() ?? Reaped.next() {
      case .unchanged: return .some
      case .noChildren: return .none
      case .process(let process, let status): take(process, status)
      }
    }
    return .more
  }

  @inline(never)
  private mutating func take(_ process: ProcessID, _ status: WaitStatus) {
    if case .stopped(let signal) = status {
      if process == awaited { stop = signal } else { keeper?.stopped(process) }
    } else if process == awaited {
      outcome = status
      awaited = nil
    } else if let keeper, keeper.ended(process, status) {
      return
    } else {
      orphans += 1
      if warning == .each {
        log.warning("Reaped zombie process with pid=\(process)")
      } else {
        log.debug("reaped \(process) (code \(status.code))")
      }
    }
  }
}
