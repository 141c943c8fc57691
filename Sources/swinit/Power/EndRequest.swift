import Boot
import Sys

/// The end of the machine, or of the container, as it is asked for.
struct EndRequest {
  enum Sync {
    case first, none
  }

  let name: PowerName
  var end: Machine.End
  var urgency = Urgency.orderly
  /// Whether buffers are written before reboot(2). An init that is asked decides for itself.
  var sync = Sync.first
  /// busybox's -d.
  var delay = Interval.zero

  init(_ name: PowerName) {
    self.name = name
    end = name.end
  }

  /// How long a forced end by PID 1 is waited for: it begins with SIGKILL to everybody.
  private static let patience = Interval.seconds(5)
  /// What ends a wait.
  static let interrupts = SignalSet(.interrupt, .quit, .terminate)

  /// The delay. A key of the terminal ends it, and all.
  func wait() throws(UsageError) {
    guard delay > .zero else { return }
    let due = Instant.now + delay
    let alarm: Alarm
    do throws(Errno) { alarm = try Alarm(.boot, orSignals: EndRequest.interrupts) } catch {
      throw name.error("cannot wait: \(error)")
    }
    while Instant.now < due {
      alarm.wait(until: due.nanoseconds)
      if SignalQueue.pending(of: EndRequest.interrupts) != nil { throw name.error("cancelled") }
    }
  }

  /// Whether anybody can be asked.
  func check() throws(UsageError) {
    guard case .none = InitProgram.read().way(to: end, urgency) else { return }
    try refuse()
  }

  func perform() throws(UsageError) {
    switch InitProgram.read().way(to: end, urgency) {
    case .signal(let signal):
      try send(signal)
    case .signalOrKernel(let signal):
      try send(signal)
      // This process is among those that PID 1 kills. If it is still there, nobody has listened.
      let limit = Instant.now + EndRequest.patience
      while Instant.now < limit {
        if SignalQueue.next(of: EndRequest.interrupts, until: limit) != nil { return }
      }
      try askKernel()
    case .killRest:
      // ESRCH: there is nobody but PID 1, who has no command then.
      try? ProcessID.sendToAll(.kill)
    case .kernel:
      try askKernel()
    case .none:
      try refuse()
    }
  }

  private func send(_ signal: Signal) throws(UsageError) {
    do throws(Errno) { try ProcessID.initProcess.send(signal) } catch {
      throw name.error("cannot send \(signal) to PID 1: \(error)")
    }
  }

  private func askKernel() throws(UsageError) {
    let error = sync == .first ? Machine.end(end) : Machine.endNow(end)
    guard error == .notPermitted else { throw name.error("reboot(2): \(error)") }
    throw name.error(
      "reboot(2) is not permitted: CAP_SYS_BOOT is missing (docker run --cap-add SYS_BOOT); without -f PID 1 is asked instead")
  }

  private func refuse() throws(UsageError) {
    var program: Message = "unknown"
    ProcessTable.entry(of: .initProcess)?.name.withText { text in program = "'\(text)'" }
    throw name.error("PID 1 is \(program), and how to ask it is not known: use its own commands, or -ff to do without it")
  }
}
