public import Sys
public import Wire

/// The life of one worker, as a machine: a state and an event give the next state and what is to be done. It decides; others act.
///
///     ended ──start──▶ creating ──set up──▶ created ──wake──▶ starting ──ready──▶ running
///       ▲                  │                                     │                  │  ▲
///       │◀─────────────────┴──failed, not to be tried again──────┤                park unpark
///       │                                                        │                  ▼  │
///       │◀──ended── killing ◀──too late── stopping ◀────stop─────┴───────────────  parked
///       └──────────── backoff ──its time is over──▶ creating
public struct Worker {
  public struct Policy: Equatable, Sendable {
    public var readiness = Specification.Readiness.executed
    public var restart = Specification.Restart.no
    public var backoff = Backoff.standard
    /// How long the set-up may take, before the program is executed.
    public var setUpTimeout = Interval.seconds(30)
    /// From wake to ready; nil: for ever.
    public var startTimeout: Interval?
    /// From the stop signal to KILL; nil: for ever.
    public var stopTimeout: Interval? = .seconds(10)
    public var watchdog: Interval?
    public var stopSignal = Signal.terminate
    public var essential = Specification.Essential.no
    public var notice = Notice.none

    public init() {}
  }

  /// Where it is to get to.
  public enum Target: UInt8, Sendable {
    case ended = 0
    /// There, and not woken yet.
    case created = 1
    case awake = 2
  }

  /// Whether its set-up has succeeded before. What has worked once is tried again for ever; what has not is told to who asked for it.
  public enum Standing: UInt8, Sendable {
    case new = 0
    case established = 1
  }

  public enum Event: Equatable, Sendable {
    case start(Target)
    /// Start, but others come first.
    case hold(Target)
    /// Its process is there, and is written down.
    case committed
    case isSetUp
    case setUpFailed(Stage, Errno)
    case wake
    case executed
    case executeFailed(Errno)
    case ready
    case stop
    case park
    case unpark
    /// The process has ended.
    case ended(Ending)
    /// The time that `deadline` says has come.
    case deadline
    /// WATCHDOG=1.
    case ping
    /// EXTEND_TIMEOUT_USEC.
    case extend(Interval)
    /// WATCHDOG=trigger.
    case hang
  }

  public enum Effect: Equatable, Sendable {
    /// Start a process that sets itself up.
    case spawn
    /// Let it execute its program.
    case go
    /// It is not to execute its program: close its channel, and KILL.
    case abandon
    case signal(Signal)
    /// The end on its descriptor: it should stop.
    case notice
    /// KILL, to all of it.
    case kill
    case freeze, thaw
    /// KILL was sent long ago, and it is still there.
    case sayStuck
    /// It has ended for good, and the container goes with it.
    case endContainer(Int32)
  }

  /// How long a worker has to run for its failures before to be forgotten.
  public static let wellAfter = Interval.seconds(10)

  public var policy: Policy
  public internal(set) var state = WorkerState.ended
  public internal(set) var target = Target.ended
  public internal(set) var standing: Standing
  /// The state it was parked in.
  public internal(set) var parkedFrom = WorkerState.running
  /// Failures in a row.
  public internal(set) var failures: UInt32 = 0
  public internal(set) var restarts: UInt32 = 0
  /// When `deadline` is to be handled.
  public internal(set) var deadline: Instant?
  /// When it came to its state.
  public internal(set) var since = Instant(nanoseconds: 0)
  /// How its last life ended.
  public internal(set) var ending = Ending.none
  /// Why this life will end, where that is known before it does.
  var reason: Ending?
  /// Of a worker that is stopping.
  public internal(set) var rung = Rung.signal
  /// When its program was executed.
  public internal(set) var begun: Instant?

  public init(_ policy: Policy, _ standing: Standing = .new) {
    self.policy = policy
    self.standing = standing
  }

  /// Whether there is a process, or will be at once.
  public var isThere: Bool {
    switch state {
    case .ended, .waiting, .backoff, .quarantined: false
    case .creating, .created, .starting, .running, .parked, .stopping, .killing: true
    }
  }

  /// Whether others that come after it may go on.
  public var isReady: Bool {
    switch state {
    case .running, .parked: true
    case .ended: policy.readiness == .ended && ending == .exited(0)
    default: false
    }
  }

  /// What follows from `event` at `now`. `random` is for the back-off.
  public mutating func handle(_ event: Event, at now: Instant, random: UInt32 = 0) -> [Effect] {
    switch event {
    case .start(let target): start(target, at: now)
    case .hold(let target): hold(target, at: now)
    case .committed: committed(at: now)
    case .isSetUp: isSetUp(at: now)
    case .setUpFailed(let stage, let error): setUpFailed(.failed(stage, error), at: now, random)
    case .wake: wake(at: now)
    case .executed: executed(at: now)
    case .executeFailed(let error): executeFailed(error)
    case .ready: ready(at: now)
    case .stop: stop(at: now)
    case .park: park(at: now)
    case .unpark: unpark(at: now)
    case .ended(let ending): ended(ending, at: now, random)
    case .deadline: expire(at: now)
    case .ping: ping(at: now)
    case .extend(let interval): extend(by: interval, at: now)
    case .hang: hang(at: now)
    }
  }

  mutating func go(to state: WorkerState, at now: Instant, until deadline: Instant? = nil) {
    self.state = state
    self.deadline = deadline
    since = now
  }
}
