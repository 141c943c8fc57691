public import Sys

/// The life of an init after its command was started: what each signal and each deadline means. It decides; others act.
///
///     running ──TERM, with a drain──▶ draining ──its end, or a second TERM──▶ running
///        │
///        └──the command has ended──▶ terminating ──grace is over──▶ killing ──▶ given up
///
/// From any state the end is reached as soon as no process is left.
public struct Lifecycle {
  public struct Policy {
    public var rewrites = SignalRewrites()
    /// How long the first TERM is held back.
    public var drain = Interval.zero
    /// The time from TERM to KILL for what the command leaves behind; nil is for ever.
    public var grace: Interval? = .seconds(5)
    /// The time from TERM to KILL for the command itself; nil is never.
    public var killAfter: Interval?
    /// How long the command may run at all; nil is for ever.
    public var timeout: Interval?

    public init() {}
  }

  public enum Action {
    /// Send this to the command.
    case forward(Signal)
    /// A TERM was kept for the end of the drain.
    case holdBack
    /// The command had its time: KILL.
    case killCommand
    /// The command has run for as long as it may: KILL.
    case timeOut
    /// Send this to every process that is left.
    case signalRest(Signal)
    /// Ask every process that is left to end: TERM, and CONT for those that are stopped.
    case terminateRest
    case killRest
    /// Say who is late; KILL comes after this time (nil: never).
    case reportLate(killIn: Interval?)
    /// KILL was sent and some are still there: nothing more can be done from here.
    case giveUp
  }

  private enum Phase {
    case running
    case draining(until: Instant)
    case terminating(since: Instant, killAt: Instant?, reportAt: Instant)
    case killing(giveUpAt: Instant)
    case givenUp
  }

  /// How long after SIGKILL an init waits for what cannot die (a process in an uninterruptible sleep, another user's).
  public static let patienceAfterKill = Interval.seconds(2)
  private static let lateAfter = Interval.seconds(1)

  private let policy: Policy
  private var phase = Phase.running
  private var hasDrained: Bool
  private var killCommandAt: Instant?
  private var timeOutAt: Instant?

  public init(_ policy: Policy) {
    self.policy = policy
    hasDrained = policy.drain == .zero
  }

  /// When `expire` has something to do next; nil when only an event can bring it.
  @inline(__always)
  public var deadline: Instant? {
    switch phase {
    case .running: earlier(killCommandAt, timeOutAt)
    case .draining(let until): earlier(until, earlier(killCommandAt, timeOutAt))
    case .terminating(_, let killAt, let reportAt): min(reportAt, killAt ?? reportAt)
    case .killing(let giveUpAt): giveUpAt
    case .givenUp: nil
    }
  }

  @inline(__always)
  private func earlier(_ one: Instant?, _ other: Instant?) -> Instant? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
  }

  /// The command runs: its time begins.
  public mutating func commandStarted(at now: Instant) { timeOutAt = policy.timeout.map { now + $0 } }

  public var isTerminating: Bool {
    if case .terminating = phase { true } else { false }
  }

  public var isKilling: Bool {
    if case .killing = phase { true } else { false }
  }

  /// A signal has arrived. nil: it is dropped.
  public mutating func receive(_ signal: Signal, at now: Instant) -> Action? {
    guard let rewritten = policy.rewrites[signal] else { return nil }
    switch phase {
    case .running where signal == .terminate && !hasDrained:
      phase = .draining(until: now + policy.drain)
      return .holdBack
    case .draining where signal == .terminate:
      return endDrain(at: now)
    case .running, .draining:
      return forward(rewritten, received: signal, at: now)
    case .terminating, .killing, .givenUp:
      return .signalRest(rewritten)
    }
  }

  /// The command has ended, and something is left.
  public mutating func commandEnded(at now: Instant) -> Action {
    killCommandAt = nil
    timeOutAt = nil
    guard let grace = policy.grace else {
      phase = .terminating(since: now, killAt: nil, reportAt: now + Lifecycle.lateAfter)
      return .terminateRest
    }
    guard grace > .zero else { return kill(at: now) }
    phase = .terminating(since: now, killAt: now + grace, reportAt: now + Lifecycle.lateAfter)
    return .terminateRest
  }

  /// What is due at `now`; nil when nothing is. Call it until it says nil.
  public mutating func expire(at now: Instant) -> Action? {
    if let killAt = killCommandAt, killAt <= now {
      killCommandAt = nil
      return .killCommand
    }
    if let end = timeOutAt, end <= now {
      timeOutAt = nil
      return .timeOut
    }
    switch phase {
    case .draining(let until) where until <= now:
      return endDrain(at: now)
    case .terminating(_, let killAt?, _) where killAt <= now:
      return kill(at: now)
    case .terminating(let since, let killAt, let reportAt) where reportAt <= now:
      // Each report waits twice as long as all before it. Counted from now: while the machine slept, none was missed.
      let next = now + Interval(nanoseconds: 2 * since.interval(to: reportAt).nanoseconds)
      phase = .terminating(since: since, killAt: killAt, reportAt: next)
      return .reportLate(killIn: killAt.map { now.interval(to: $0) })
    case .killing(let giveUpAt) where giveUpAt <= now:
      phase = .givenUp
      return .giveUp
    default:
      return nil
    }
  }

  /// What is left has had all of its time. nil: that was so already.
  public mutating func hasten(at now: Instant) -> Action? {
    guard case .terminating = phase else { return nil }
    return kill(at: now)
  }

  private mutating func endDrain(at now: Instant) -> Action? {
    phase = .running
    hasDrained = true
    return policy.rewrites[.terminate].flatMap { forward($0, received: .terminate, at: now) }
  }

  private mutating func forward(_ signal: Signal, received: Signal, at now: Instant) -> Action {
    if let killAfter = policy.killAfter, received == .terminate || signal == .terminate, killCommandAt == nil {
      killCommandAt = now + killAfter
    }
    return .forward(signal)
  }

  private mutating func kill(at now: Instant) -> Action {
    phase = .killing(giveUpAt: now + Lifecycle.patienceAfterKill)
    return .killRest
  }
}

/// What an init that is executed again has to know of its life.
extension Lifecycle {
  /// Where it is, in numbers: the end of a drain, of the command's time after TERM, and of its time at all; -1 for none. Only of a life
  /// whose command runs, or whose drain has begun.
  public struct Snapshot: BitwiseCopyable, Sendable {
    public var drainsUntil: Int64 = -1
    public var killCommandAt: Int64 = -1
    public var timeOutAt: Int64 = -1
    public var hasDrained: Int64 = 0

    public init() {}
  }

  public var snapshot: Snapshot {
    var result = Snapshot()
    if case .draining(let until) = phase { result.drainsUntil = until.nanoseconds }
    result.killCommandAt = killCommandAt?.nanoseconds ?? -1
    result.timeOutAt = timeOutAt?.nanoseconds ?? -1
    result.hasDrained = hasDrained ? 1 : 0
    return result
  }

  /// Goes on from there.
  public init(_ policy: Policy, from snapshot: Snapshot) {
    self.init(policy)
    func instant(_ time: Int64) -> Instant? { time < 0 ? nil : Instant(nanoseconds: time) }
    if let until = instant(snapshot.drainsUntil) { phase = .draining(until: until) }
    killCommandAt = instant(snapshot.killCommandAt)
    timeOutAt = instant(snapshot.timeOutAt)
    hasDrained = snapshot.hasDrained != 0
  }
}
