import Boot
import Sys

/// What a machine does that cannot boot: as panic= says, else an emergency shell, else the kernel's own panic.
struct FailurePolicy {
  enum Answer {
    /// Somebody has mended it in the shell.
    case tryAgain
    /// Nothing is left to do.
    case end
  }

  private let start: Bootstrap

  init(_ start: Bootstrap) { self.start = start }

  private var parameters: BootParameters { start.parameters }
  private var log: Log { start.log }

  func answer() -> Answer {
    if let seconds = parameters.panic { return restart(after: seconds) }
    guard StandardStream.input.isOpen, startShell() else { return .end }
    return .tryAgain
  }

  /// panic=N: no shell, nobody is there. 0 stops for ever, as the kernel does.
  private func restart(after seconds: Int) -> Answer {
    if seconds == 0 {
      log.fatal("panic=0: stopped here")
      while true { _ = SignalQueue.next(of: SignalState.queued, until: nil) }
    }
    if seconds > 0 {
      log.fatal("panic=\(seconds): restarting in \(seconds) s")
      let deadline = Instant.now + .seconds(Int64(seconds))
      // Ctrl-Alt-Del need not wait.
      while Instant.now < deadline, SignalQueue.next(of: SignalSet(.interrupt), until: deadline) == nil {}
    }
    LastWords.drain()
    _ = Machine.end(.restart)
    return .end
  }

  /// A shell on the console, in a session of its own. False when there is none.
  private func startShell() -> Bool {
    log.fatal("an emergency shell follows; mend what is wrong and leave it with 'exit' to try again")
    var shell = Program(Environment.vector(of: ["/bin/sh"]), start.environment, start.signals)
    shell.lead(sessionOn: Console.terminal)
    guard let process = try? shell.start() else {
      log.fatal("there is no /bin/sh to start")
      return false
    }
    var reaper = Reaper(log)
    reaper.await(process)
    while reaper.outcome == nil {
      if case .more = reaper.reap() { continue }
      if reaper.outcome == nil { _ = SignalQueue.next(of: SignalState.queued, until: nil) }
    }
    return true
  }
}
