import Boot
import Supervision
import Sys

/// How PID 1 finds out that kthreadd hangs, at no cost while it does not.
///
/// kthreadd sets a timer that both have whenever it wakes, and stops it before it sleeps; so the timer runs out in PID 1 only when
/// kthreadd is about one thing for too long. One that was stopped is told of by wait(2). Either way it is asked whether it is there, and
/// one that does not answer is killed, and started again.
extension Keeper {
  /// What `--heartbeat` says, in two halves: to be about one thing, and to answer.
  struct Heartbeat {
    let half: Interval
    let whole: Interval

    /// nil: kthreadd may take for ever.
    init?(_ time: Interval?) {
      guard let time else { return nil }
      whole = time
      half = Interval(nanoseconds: time.nanoseconds / 2)
    }
  }

  /// Its time runs from its start, or its waking.
  func beginBeat() { if heart >= 0 { SharedTimer.set(heart, heartbeat?.half) } }

  /// Nothing is expected of it any more.
  func endBeat() {
    answerBy = nil
    if heart >= 0 { SharedTimer.set(heart, nil) }
  }

  /// Looks whether the timer has run out.
  func takeBeat() {
    guard heart >= 0, SharedTimer.hasRunOut(heart), let half = heartbeat?.half else { return }
    ask(within: half)
  }

  /// It was stopped by a signal: it has all of the time for going on.
  func stopped(_ process: ProcessID) {
    guard process == self.process, let whole = heartbeat?.whole else { return }
    ask(within: whole)
  }

  private func ask(within time: Interval) {
    guard process != nil, answerBy == nil else { return }
    answerBy = .now + time
    send(Custody.Entry(.areYouThere))
  }

  /// Ends it where its time for an answer is over.
  func expireBeat() {
    guard let due = answerBy, let heartbeat, due <= .now else { return }
    answerBy = nil
    // Whoever could not look in time did not run himself: all of this was frozen, and kthreadd too.
    if due + heartbeat.half < .now { return ask(within: heartbeat.half) }
    guard let process else { return }
    sayHang(process, heartbeat.whole)
    mark(.faulted)
    try? process.send(.kill)
  }

  @inline(never)
  private func sayHang(_ process: ProcessID, _ time: Interval) {
    log.fatal("kthreadd (\(process)) has not answered for \(time.milliseconds) ms: SIGKILL")
  }

  /// How the last kthreadd ended, as the next one is told.
  enum Verdict: UInt32 { case faulted = 1 }

  func mark(_ verdict: Verdict) { FileDescriptor.write(verdict.rawValue, to: memory.rawValue, at: WorkerTable.faultOffset) }

  /// Its end: that of a fault counts against what it was about. A KILL from elsewhere does not, nor what did not come from inside.
  func judge(_ status: WaitStatus) {
    endBeat()
    if case .signaled(let signal, _) = status, signal == .kill { return }
    mark(.faulted)
  }
}
