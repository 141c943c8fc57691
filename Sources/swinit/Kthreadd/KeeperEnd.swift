import Boot
import Supervision
import Sys

/// The end of workers that no kthreadd looks after any more: it ends again and again, or did so in the midst of the end. PID 1, whose
/// children they are by then, stops them itself: TERM to each, the grace, KILL. Signals, orders and times of their definitions are
/// kthreadd's alone.
extension Keeper {
  func stopWorkers(_ reaper: inout Reaper) {
    let count = signalWorkers(nil)
    guard count > 0 else { return }
    log.fatal("kthreadd is not there: \(count) of its workers are stopped without it")
    enum Step { case terminating, killing }
    var step = Step.terminating
    var limit = grace.map { Instant.now + $0 }
    signalWorkers(.terminate)
    signalWorkers(.resume)
    while signalWorkers(nil) > 0 {
      if let due = limit, due <= .now {
        guard step == .terminating else { return }
        step = .killing
        signalWorkers(.kill)
        limit = .now + Lifecycle.patienceAfterKill
      }
      if case .none = reaper.reap() { return }
      waitOnce(until: limit)
      _ = SignalQueue.pending(of: SignalState.queued)
    }
  }

  /// Sends this to the process of each worker. Returns how many there are.
  @discardableResult
  private func signalWorkers(_ signal: Signal?) -> Int {
    var count = 0
    for slot in 0..<end where held[slot].process > 0 && held[slot].status == 0 {
      count += 1
      if let signal { try? ProcessID(held[slot].process).send(signal) }
    }
    return count
  }
}
