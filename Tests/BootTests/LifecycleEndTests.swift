import TestSupport
import Testing

@testable import Boot
@testable import Sys

/// What is left when the command has ended: TERM, reports, KILL, and giving up.
@Suite struct LifecycleEndTests {
  @Test func graceThenKillThenGiveUp() {
    var life = makeLife()
    #expect(!life.isKilling)
    #expect(said(life.commandEnded(at: at(100))) == "terminate rest")
    #expect(life.deadline == at(101))
    #expect(said(life.expire(at: at(100.9))) == "nothing")
    #expect(said(life.expire(at: at(101))) == "late, kill in 4")
    #expect(life.deadline == at(103))
    #expect(said(life.expire(at: at(103))) == "late, kill in 2")
    #expect(life.deadline == at(105), "KILL comes before the report of 109")
    #expect(!life.isKilling)
    #expect(said(life.expire(at: at(105))) == "kill rest")
    #expect(life.isKilling)
    #expect(life.deadline == at(105) + Lifecycle.patienceAfterKill)
    #expect(said(life.expire(at: at(106))) == "nothing")
    #expect(said(life.expire(at: at(107))) == "give up")
    #expect(!life.isKilling)
    #expect(life.deadline == nil)
    #expect(said(life.expire(at: at(9999))) == "nothing")
  }

  @Test func graceZeroKillsAtOnce() {
    var life = makeLife { $0.grace = .zero }
    #expect(said(life.commandEnded(at: at(1))) == "kill rest")
    #expect(life.isKilling)
    #expect(life.deadline == at(3))
  }

  @Test func aShortGraceReportsNothing() {
    var life = makeLife { $0.grace = .milliseconds(500) }
    _ = life.commandEnded(at: at(0))
    #expect(life.deadline == at(0.5))
    #expect(said(life.expire(at: at(0.5))) == "kill rest")
  }

  /// Reports come after 1, 3, 9, 27 … seconds: each waits twice as long as all before it.
  @Test func graceInfiniteReportsLessAndLess() {
    var life = makeLife { $0.grace = nil }
    #expect(said(life.commandEnded(at: at(0))) == "terminate rest")
    for seconds in [1, 3, 9, 27, 81, 243] {
      #expect(life.deadline == at(Double(seconds)))
      #expect(said(life.expire(at: at(Double(seconds)))) == "late")
      #expect(said(life.expire(at: at(Double(seconds)))) == "nothing")
    }
    #expect(!life.isKilling)
  }

  /// A machine that slept (CLOCK_BOOTTIME goes on) is told once, not once for every report that was missed.
  @Test func lateAfterALongSleepIsSaidOnce() {
    var life = makeLife { $0.grace = nil }
    _ = life.commandEnded(at: at(0))
    #expect(said(life.expire(at: at(86400))) == "late")
    #expect(said(life.expire(at: at(86400))) == "nothing")
  }

  @Test func killWinsOverAReport() {
    var life = makeLife()
    _ = life.commandEnded(at: at(0))
    #expect(said(life.expire(at: at(60))) == "kill rest")
  }

  @Test(arguments: [Phase.terminating, .killing, .givenUp]) func signalsGoToTheRest(_ phase: Phase) {
    var life = phase.life()
    let deadline = life.deadline
    for signal in [Signal.terminate, .hangup, .interrupt] {
      #expect(said(life.receive(signal, at: at(0.1))) == "rest \(signal.rawValue)")
    }
    #expect(life.deadline == deadline, "no signal prolongs or shortens the end")
  }

  @Test(arguments: Phase.allCases) func nothingIsDueBeforeTheDeadline(_ phase: Phase) {
    var life = phase.life()
    #expect(said(life.expire(at: at(0))) == "nothing")
  }

  @Test(arguments: Phase.allCases) func theDeadlineAlwaysMoves(_ phase: Phase) {
    var life = phase.life()
    var count = 0
    while let deadline = life.deadline, count < 20 {
      #expect(life.expire(at: deadline) != nil, "what is due is done")
      if let next = life.deadline { #expect(next > deadline) }
      count += 1
    }
    #expect(count < 20)
  }

  enum Phase: CaseIterable {
    case running, draining, terminating, killing, givenUp

    func life() -> Lifecycle {
      var life = makeLife { $0.drain = .seconds(2) }
      switch self {
      case .running: break
      case .draining: _ = life.receive(.terminate, at: at(0))
      case .terminating: _ = life.commandEnded(at: at(0))
      case .killing, .givenUp:
        _ = life.commandEnded(at: at(-5))
        _ = life.expire(at: at(0))
        if self == .givenUp { _ = life.expire(at: at(2)) }
      }
      return life
    }
  }
}
