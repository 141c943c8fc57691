import TestSupport
import Testing

@testable import Supervision
@testable import Sys
@testable import Wire

/// The machine of one worker: every state with every event, and the ways through it.
@Suite struct WorkerTests {
  static let start = Instant(nanoseconds: 1_000_000_000_000)
  static func at(_ seconds: Double) -> Instant { start + Interval(nanoseconds: Int64(seconds * 1e9)) }

  /// A worker that was brought to a state by events.
  static func worker(in state: WorkerState, _ change: (inout Worker.Policy) -> Void = { _ in }) -> Worker {
    var policy = Worker.Policy()
    policy.startTimeout = .seconds(90)
    change(&policy)
    var worker = Worker(policy)
    let path: [Worker.Event] =
      switch state {
      case .ended: []
      case .waiting: [.hold(.awake)]
      case .creating: [.start(.created)]
      case .created: [.start(.created), .isSetUp]
      case .starting: [.start(.awake), .isSetUp]
      case .running: [.start(.awake), .isSetUp, .executed]
      case .parked: [.start(.awake), .isSetUp, .executed, .park]
      case .stopping: [.start(.awake), .isSetUp, .executed, .stop]
      case .killing: [.start(.created), .isSetUp, .stop]
      case .backoff: [.start(.awake), .isSetUp, .executed, .ended(.exited(1))]
      case .quarantined: []
      }
    if state == .backoff { worker.policy.restart = .always }
    if state == .quarantined { worker.quarantine(since: start) }
    for event in path { _ = worker.handle(event, at: start) }
    #expect(worker.state == state)
    return worker
  }

  static let events: [Worker.Event] = [
    .start(.created), .start(.awake), .hold(.awake), .committed, .isSetUp, .setUpFailed(.user, .notPermitted), .wake, .executed,
    .executeFailed(.noEntry), .ready, .stop, .park, .unpark, .ended(.exited(0)), .ended(.signaled(9)), .deadline, .ping,
    .extend(.seconds(9)), .hang,
  ]

  /// state × event → state, in the order of `events`; "." is the same state.
  static let table: [WorkerState: String] = [
    .ended: "creating creating waiting . . . . . . . . . . . . . . . .",
    .waiting: "creating creating creating . . . . . . . ended . . . . . . . .",
    .creating: ". . . . created ended . . . . killing . . ended ended killing . . .",
    .created: ". starting starting . . . starting . . . killing parked . ended ended . . . .",
    .starting: ". . . . . . . running . running stopping parked . ended ended stopping . . .",
    .running: ". . . . . . . . . . stopping parked . ended ended . . . stopping",
    .parked: ". . . . . . . . . . stopping . running ended ended . . . .",
    .stopping: ". . . . . . . . . . . . . ended ended killing . . .",
    .killing: ". . . . . . . . . . . . . ended ended . . . .",
    .backoff: "creating creating waiting . . . creating . . . ended . . . . creating . . .",
    .quarantined: ". . . . . . . . . . . . . . . . . . .",
  ]

  @Test(arguments: WorkerState.allCases) func everyEvent(_ state: WorkerState) throws {
    let expected = try #require(Self.table[state]).split(separator: " ")
    #expect(expected.count == Self.events.count)
    for (event, next) in zip(Self.events, expected) {
      var worker = Self.worker(in: state)
      let isDue = event == .deadline && worker.deadline != nil
      _ = worker.handle(event, at: event == .deadline && isDue ? worker.deadline! : Self.start)
      let word = worker.state == state ? "." : "\(worker.state)"
      #expect(word == String(next), "\(state) × \(event)")
    }
  }

  private func effects(_ worker: inout Worker, _ event: Worker.Event, _ seconds: Double = 0) -> [Worker.Effect] {
    worker.handle(event, at: Self.at(seconds))
  }

  @Test func runIsWokenBeforeItIsSetUp() {
    var policy = Worker.Policy()
    policy.readiness = .notify
    policy.startTimeout = .seconds(90)
    var worker = Worker(policy)
    #expect(effects(&worker, .start(.awake)) == [.spawn])
    #expect(effects(&worker, .committed, 1) == [.go])
    #expect(worker.state == .starting)
    #expect(worker.deadline == Self.at(30), "the set-up has its own time")
    #expect(worker.standing == .new)
    #expect(effects(&worker, .isSetUp, 2) == [])
    #expect(worker.deadline == Self.at(91))
    #expect(worker.standing == .established)
    #expect(effects(&worker, .executed, 3) == [])
    #expect(worker.state == .starting)
    #expect(effects(&worker, .ready, 4) == [])
    #expect(worker.state == .running)
  }

  @Test func setUpFailsWhenItIsWoken() {
    var worker = Worker(Worker.Policy())
    worker.policy.restart = .always
    _ = effects(&worker, .start(.awake))
    _ = effects(&worker, .committed)
    #expect(effects(&worker, .setUpFailed(.user, .notPermitted)) == [])
    #expect(worker.state == .starting, "its end follows by itself")
    #expect(effects(&worker, .ended(.exited(126))) == [])
    #expect(worker.state == .ended, "who asked is told; it is not tried again")
    #expect(worker.ending == .failed(.user, .notPermitted))
  }

  /// Created, ended before its wake, and woken while it waits to be created again.
  @Test func wokenInItsBackoff() {
    var worker = Self.worker(in: .created) { $0.restart = .always }
    _ = worker.handle(.ended(.unknown), at: Self.start)
    #expect(worker.state == .backoff)
    #expect(effects(&worker, .wake) == [.spawn])
    #expect(effects(&worker, .isSetUp) == [.go])
  }

  @Test func createThenWake() {
    var worker = Worker(Worker.Policy())
    #expect(effects(&worker, .start(.created)) == [.spawn])
    #expect(effects(&worker, .isSetUp) == [])
    #expect(worker.state == .created)
    #expect(worker.deadline == nil)
    #expect(effects(&worker, .wake) == [.go])
    #expect(effects(&worker, .executed) == [])
    #expect(worker.state == .running)
  }

  @Test func wakeBeforeItIsSetUp() {
    var worker = Worker(Worker.Policy())
    _ = effects(&worker, .start(.created))
    #expect(effects(&worker, .wake) == [])
    #expect(effects(&worker, .isSetUp) == [.go])
  }

  @Test func stopBeforeTheFirstWake() {
    var worker = Self.worker(in: .created)
    #expect(effects(&worker, .stop) == [.abandon])
    #expect(effects(&worker, .ended(.signaled(9))) == [])
    #expect(worker.ending == .failed(.none, .interrupted), "it never ran: EINTR")
    #expect(worker.state == .ended)
  }

  @Test func setUpErrorOfANewWorkerEndsIt() {
    var worker = Worker(Worker.Policy())
    worker.policy.restart = .always
    _ = effects(&worker, .start(.awake))
    #expect(effects(&worker, .setUpFailed(.user, .notPermitted)) == [])
    #expect(worker.state == .ended)
    #expect(worker.ending == .failed(.user, .notPermitted))
  }

  /// fork EAGAIN does not end what has worked before.
  @Test func setUpErrorOfAnEstablishedWorkerIsTriedAgainForEver() {
    var worker = Worker(Worker.Policy(), .established)
    worker.policy.restart = .onFailure
    _ = effects(&worker, .start(.awake))
    var time = 0.0
    for _ in 0..<100 {
      #expect(effects(&worker, .setUpFailed(.fork, .again), time) == [])
      #expect(worker.state == .backoff)
      let delay = Self.at(time).interval(to: worker.deadline ?? Self.start)
      #expect(delay <= .milliseconds(500) && delay >= .milliseconds(100), "a shortage may be over at once")
      time += 100
      #expect(effects(&worker, .deadline, time) == [.spawn])
    }
  }

  @Test func theLadder() {
    var worker = Self.worker(in: .running) { $0.stopSignal = .quit }
    #expect(effects(&worker, .stop) == [.signal(.quit), .signal(.resume)])
    #expect(worker.deadline == Self.at(10))
    #expect(effects(&worker, .deadline, 9.9) == [])
    #expect(effects(&worker, .deadline, 10) == [.kill])
    #expect(worker.state == .killing)
    #expect(effects(&worker, .deadline, 15) == [.sayStuck])
    #expect(worker.deadline == nil)
    #expect(effects(&worker, .ended(.signaled(9)), 20) == [])
    #expect(worker.state == .ended)
    #expect(worker.ending == .signaled(9))
  }

  @Test func stopWithoutALimit() {
    var worker = Self.worker(in: .running) { $0.stopTimeout = nil }
    _ = effects(&worker, .stop)
    #expect(worker.deadline == nil)
  }

  @Test func restartAsksForTheNextLife() {
    var worker = Self.worker(in: .running)
    _ = effects(&worker, .stop)
    #expect(effects(&worker, .start(.awake)) == [])
    #expect(effects(&worker, .ended(.signaled(15))) == [.spawn])
    #expect(effects(&worker, .isSetUp) == [.go])
  }

  @Test(arguments: [
    (Specification.Restart.no, Ending.exited(1), WorkerState.ended), (.no, .exited(0), .ended), (.onFailure, .exited(0), .ended),
    (.onFailure, .exited(1), .backoff), (.onFailure, .signaled(15), .ended), (.onFailure, .signaled(9), .backoff),
    (.always, .exited(0), .backoff), (.always, .signaled(15), .backoff), (.onFailure, .unknown, .backoff),
  ]) func restartPolicies(_ restart: Specification.Restart, _ ending: Ending, _ expected: WorkerState) {
    var worker = Self.worker(in: .running) { $0.restart = restart }
    _ = effects(&worker, .ended(ending))
    #expect(worker.state == expected)
    #expect(worker.restarts == (expected == .backoff ? 1 : 0))
  }

  @Test func backoffGrowsAndIsForgotten() {
    var worker = Self.worker(in: .running) { $0.restart = .always }
    var time = 0.0
    var delays: [Int64] = []
    for _ in 0..<4 {
      _ = effects(&worker, .ended(.exited(1)), time)
      delays.append(Self.at(time).interval(to: worker.deadline ?? Self.start).milliseconds)
      time += 1
      _ = effects(&worker, .deadline, time)
      _ = effects(&worker, .isSetUp, time)
      _ = effects(&worker, .executed, time)
    }
    #expect(delays == [100, 200, 400, 800])
    _ = effects(&worker, .ended(.exited(1)), time + 10)
    #expect(Self.at(time + 10).interval(to: worker.deadline ?? Self.start).milliseconds == 100, "it has run well")
  }

  @Test func noDelayWhenItHasRun() {
    var worker = Self.worker(in: .running) {
      $0.restart = .always
      $0.backoff.base = .zero
    }
    #expect(effects(&worker, .ended(.exited(1)), 3) == [.spawn])
    _ = effects(&worker, .isSetUp, 3)
    _ = effects(&worker, .executed, 3)
    #expect(effects(&worker, .ended(.exited(1)), 3.1) == [], "one that fails at once has to wait")
    #expect(worker.state == .backoff)
  }

  @Test func readyByNotification() {
    var worker = Self.worker(in: .starting) { $0.readiness = .notify }
    #expect(worker.deadline == Self.at(90))
    _ = effects(&worker, .executed)
    #expect(worker.state == .starting)
    #expect(!worker.isReady)
    _ = effects(&worker, .ready, 5)
    #expect(worker.state == .running)
    #expect(worker.isReady)
    #expect(worker.deadline == nil)
  }

  @Test func notReadyInTime() {
    var worker = Self.worker(in: .starting) {
      $0.readiness = .notify
      $0.restart = .onFailure
    }
    _ = effects(&worker, .executed)
    #expect(effects(&worker, .deadline, 90) == [.signal(.terminate), .signal(.resume)])
    _ = effects(&worker, .ended(.signaled(15)), 91)
    #expect(worker.ending == .failed(.ready, .timedOut))
    #expect(worker.state == .backoff, "it is a failure, though it ended by TERM")
  }

  @Test func extendedTime() {
    var worker = Self.worker(in: .starting) { $0.readiness = .notify }
    _ = effects(&worker, .extend(.seconds(60)), 80)
    #expect(worker.deadline == Self.at(140))
    _ = effects(&worker, .extend(.seconds(1)), 80)
    #expect(worker.deadline == Self.at(140), "never earlier")
  }

  @Test func watchdog() {
    var worker = Self.worker(in: .running) {
      $0.watchdog = .seconds(3)
      $0.restart = .onFailure
    }
    #expect(worker.deadline == Self.at(3))
    _ = effects(&worker, .ping, 2)
    #expect(worker.deadline == Self.at(5))
    #expect(effects(&worker, .deadline, 5) == [.signal(.abort)])
    _ = effects(&worker, .ended(.signaled(6)), 5)
    #expect(worker.state == .backoff)
  }

  @Test func oneShot() {
    var worker = Self.worker(in: .starting) { $0.readiness = .ended }
    _ = effects(&worker, .executed)
    #expect(!worker.isReady)
    _ = effects(&worker, .ended(.exited(0)))
    #expect(worker.isReady)
    var failed = Self.worker(in: .starting) { $0.readiness = .ended }
    _ = effects(&failed, .executed)
    _ = effects(&failed, .ended(.exited(1)))
    #expect(!failed.isReady)
  }

  @Test func essential() {
    var worker = Self.worker(in: .running) { $0.essential = .yes }
    #expect(effects(&worker, .ended(.exited(7))) == [.endContainer(7)])
    var killed = Self.worker(in: .running) { $0.essential = .yes }
    #expect(effects(&killed, .ended(.signaled(9))) == [.endContainer(137)])
    var restarted = Self.worker(in: .running) {
      $0.essential = .yes
      $0.restart = .always
    }
    #expect(effects(&restarted, .ended(.exited(7))) == [], "its end is not for good")
    var stopped = Self.worker(in: .running) { $0.essential = .yes }
    _ = effects(&stopped, .stop)
    #expect(effects(&stopped, .ended(.signaled(15))) == [], "who stops it wants it so")
  }

  @Test func parking() {
    var worker = Self.worker(in: .running)
    #expect(effects(&worker, .park) == [.freeze])
    #expect(effects(&worker, .unpark) == [.thaw])
    #expect(worker.state == .running)
    _ = effects(&worker, .park)
    #expect(effects(&worker, .stop) == [.thaw, .signal(.terminate), .signal(.resume)])
  }

  @Test func parkedBeforeItsFirstWake() {
    var worker = Self.worker(in: .created)
    #expect(effects(&worker, .park) == [])
    #expect(effects(&worker, .wake) == [], "it is parked first")
    #expect(effects(&worker, .unpark) == [.go])
    #expect(worker.state == .starting)
  }

  @Test func programThatIsNotThere() {
    var worker = Self.worker(in: .starting)
    _ = effects(&worker, .executeFailed(.noEntry))
    _ = effects(&worker, .ended(.exited(127)))
    #expect(worker.ending == .failed(.execute, .noEntry))
    #expect(worker.ending.code == 127)
  }

  /// One that failed is not where it should be, until somebody stops it; one that was stopped is, however it ended.
  @Test func whatHasFailedKeepsItsTarget() {
    var worker = Self.worker(in: .running)
    _ = effects(&worker, .ended(.exited(1)))
    #expect(worker.state == .ended && worker.target == .awake)
    _ = effects(&worker, .stop)
    #expect(worker.target == .ended)
    worker = Self.worker(in: .stopping)
    _ = effects(&worker, .ended(.exited(1)))
    #expect(worker.state == .ended && worker.target == .ended)
    worker = Self.worker(in: .running)
    _ = effects(&worker, .ended(.exited(0)))
    #expect(worker.target == .ended)
  }

  /// Any events in any order: a worker that is there has a process or is about to, and what has ended asks for nothing.
  @Test func anyOrder() {
    var random = SplitMix(seed: 3)
    for _ in 0..<3000 {
      var worker = Worker(Worker.Policy())
      worker.policy.restart = [.no, .onFailure, .always].randomElement(using: &random)!
      var time = Self.start
      for _ in 0..<40 {
        time = time + .milliseconds(Int64(random.next() % 20000))
        let before = worker.state
        let event = Self.events.randomElement(using: &random)!
        let effects = worker.handle(event, at: time, random: UInt32(truncatingIfNeeded: random.next()))
        if effects.contains(.spawn) { #expect(worker.state == .creating) }
        if effects.contains(.go) { #expect(worker.state == .starting) }
        guard worker.state == .ended else { continue }
        let isWhereItShouldBe = worker.target == .ended || worker.ending != .exited(0)
        #expect(worker.deadline == nil && isWhereItShouldBe, "\(before) × \(event)")
      }
    }
  }
}
