import Boot
import Supervision
import Sys

/// What happens when swinit itself goes wrong: never silence.
enum Panic {
  static let exitCode: Int32 = 70

  enum Role: Sendable {
    case initProcess
    /// kthreadd and what it starts: their end is PID 1's to mend, and no process is theirs to end.
    case part
  }
  nonisolated(unsafe) static var role = Role.initProcess

  /// Runs on the fault handler's stack: says what happened. A system is taken up again where it was; else everything is ended in order.
  static let handler: @convention(c) (Int32, Int32, UInt64, UInt64) -> Void = { number, code, address, instruction in
    let log = Resume.log
    let signal = Signal(number: Int(number)) ?? .abort
    var line: Message =
      "panic: \(signal) (code \(code)) at instruction 0x\(hexadecimal: instruction), address 0x\(hexadecimal: address); this is a fault in swinit \(Version.text)"
    if Kthreadd.isBuiltIn, role == .part {
      line.append(Reexecution.isArmed ? ". Executing kthreadd again." : ". Ending this part of it, exit 70.")
      log.fatal(line)
      return Reexecution.afterFault()
    }
    if Resume.isArmed {
      log.fatal(line)
      Resume.executeAgain(log)
      Resume.panic(log)
      line = "panic"
    }
    line.append(". Ending all processes, then exit 70.")
    log.fatal(line)
    SignalQueue.block(SignalState.queued)
    let isInit = ProcessID.current == .initProcess ? Rest.Init.pidOne : .subreaper
    var shutdown = Shutdown(Lifecycle(Lifecycle.Policy()), Reaper(log), Rest(isInit, group: nil), log)
    var report: Report?
    shutdown.run(noting: &report)
  }
}
