import Boot
import Sys

/// The end of the machine, or of the container, as it is asked for.
struct EndRequest {
  enum Sync {
    case first, none
  }

  let name: PowerName
  var end: SystemRequest.End
  var manner = SystemRequest.Manner.orderly
  /// Whether buffers are written before reboot(2). An init that is asked decides for itself.
  var sync = Sync.first
  /// busybox's -d.
  var delay = Interval.zero
  /// A restart's word for the firmware.
  var firmwareWord: CString?

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

  private var way: InitProgram.Way { InitProgram.read().way(to: SystemRequest(end, manner)) }

  /// Whether anybody can be asked.
  func check() throws(UsageError) {
    guard case .none = way else { return }
    try refuse()
  }

  func perform() throws(UsageError) {
    switch way {
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
    if sync == .first { Machine.synchronize() }
    let error = firmwareWord.map { Machine.restartNow(saying: $0) } ?? Machine.endNow(end.call)
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
