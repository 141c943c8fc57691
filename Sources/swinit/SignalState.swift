import Sys

/// The signal mask and dispositions that swinit was started with, which are the command's, and what it sets for itself.
struct SignalState {
  /// What was blocked.
  let blocked: SignalSet
  /// Of the signals that swinit changes, those that were ignored.
  let ignored: SignalSet

  /// The signals that are taken from the queue. The faults come through their handler.
  static let queued = SignalSet.all.subtracting(.faults)

  /// As a kernel starts its first process, and a system its programs, whatever PID 1 was given: after a fault what is blocked is this
  /// program's own doing, and a shell that inherited it would not hear of the end.
  static let clean = SignalState(blocked: SignalSet(), ignored: SignalSet())

  /// Blocks everything first of all, so that no signal is lost from here on; then makes children and faults be heard.
  static func takeOver() -> SignalState {
    let blocked = SignalQueue.block(.all)
    let ignored = SignalQueue.receiveChildren().union(SignalQueue.catchFaults(Panic.handler))
    SignalQueue.block(queued)
    return SignalState(blocked: blocked, ignored: ignored)
  }
}
