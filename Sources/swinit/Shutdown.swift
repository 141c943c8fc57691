import Boot
import Sys

/// The orderly end: what is left gets TERM, has its time, gets KILL, and the end is when the last one has gone.
struct Shutdown {
  /// Whom the signals that come meanwhile are for.
  enum Listener {
    /// Every process that is left gets them.
    case processes
    /// They ask for another end than the one under way, or a quicker one.
    case system(SystemSignals, latest: SystemRequest)
  }

  private(set) var listener: Listener
  private let rest: Rest
  private let log: Log
  private var life: Lifecycle
  private(set) var reaper: Reaper
  private var hasBegun = false
  private var isAbandoned = false
  /// When TERM was sent first.
  private var begin = Instant(nanoseconds: 0)
  /// When TERM was sent last, and how many had been reaped then.
  private var round = Instant(nanoseconds: 0)
  private var reapedBefore = 0

  init(_ life: Lifecycle, _ reaper: Reaper, _ rest: Rest, _ log: Log, _ listener: Listener = .processes) {
    self.listener = listener
    self.life = life
    self.reaper = reaper
    self.rest = rest
    self.log = log
  }

  /// Returns when no process is left that can be waited for. Those that were left at its begin are noted in the report.
  mutating func run(noting report: inout Report?) {
    while true {
      let remaining = reaper.reap()
      var foreigner: ProcessID?
      if case .none = remaining {
        foreigner = rest.foreigner
        if foreigner == nil { return }
      }
      if !hasBegun {
        hasBegun = true
        if report != nil { rest.forEach { report?.note($0) } }
        perform(life.commandEnded(at: .now))
      } else if life.isTerminating, reaper.orphans != reapedBefore {
        // Somebody has gone, and may have left somebody.
        rest.terminateNewcomers(since: round)
        noteRound()
      }
      while let action = life.expire(at: .now) {
        if case .giveUp = action {
          log.warning("still there after SIGKILL: \(rest.names)")
          return
        }
        perform(action)
      }
      if case .more = remaining { continue }
      if let foreigner {
        // Not a child, so its end has no SIGCHLD. Where it cannot be watched, the kernel ends it with this namespace.
        guard case .woken = Watch.wait(for: foreigner, orSignals: SignalState.queued, until: life.deadline) else {
          return
        }
        take(SignalQueue.pending(of: SignalState.queued))
      } else {
        take(SignalQueue.next(of: SignalState.queued, until: life.deadline))
      }
      if isAbandoned { return }
    }
  }

  private mutating func take(_ arrival: SignalQueue.Arrival?) {
    var sent = SignalQueue.takeSentFaults()
    while let signal = sent.popFirst() { receive(signal) }
    if let arrival, arrival.isForOthers { receive(arrival.signal) }
    // A process that was forked while the others were killed is not left behind.
    if life.isKilling { rest.send(.kill) }
  }

  private mutating func noteRound() {
    round = .now
    reapedBefore = reaper.orphans
  }

  private mutating func receive(_ signal: Signal) {
    guard case .system(var signals, _) = listener else {
      if let action = life.receive(signal, at: .now) { perform(action) }
      return
    }
    guard let request = signals.receive(signal, at: .now) else { return }
    listener = .system(signals, latest: request)
    switch request.manner {
    case .orderly: break
    case .forced: if let action = life.hasten(at: .now) { perform(action) }
    case .immediate: isAbandoned = true
    }
  }

  private mutating func perform(_ action: Lifecycle.Action) {
    switch action {
    case .terminateRest:
      log.info("ending \(rest.names)")
      noteRound()
      begin = round
      rest.send(.terminate)
      rest.send(.resume)
    case .signalRest(let signal):
      rest.send(signal)
    case .reportLate(let killIn):
      // Newcomers once more: between its fork and its exec a process has its parent's handlers, and forgets what they heard.
      rest.terminateNewcomers(since: begin)
      if let killIn {
        log.fatal("waiting for \(rest.names); SIGKILL in \(killIn.secondsRoundedUp) s")
      } else {
        log.fatal("waiting for \(rest.names)")
      }
    case .killRest:
      log.info("killing \(rest.names)")
      rest.send(.kill)
    case .forward, .holdBack, .killCommand, .timeOut, .giveUp:
      break
    }
  }
}

extension SignalQueue.Arrival {
  /// Whether it concerns the processes this init stands for. SIGCHLD is its own; so are the SIGPIPE and SIGXFSZ of its own writes,
  /// which the kernel sends in its name.
  var isForOthers: Bool {
    signal != .child && !((signal == .pipe || signal == .fileSize) && sender == .current)
  }
}
