import TestSupport
import Testing

@testable import Boot
@testable import Sys

/// What the command's life asks for before it ends: forwards, the drain, the kill timer.
@Suite struct LifecycleTests {
  @Test func forwardsEverySignal() throws {
    var life = makeLife()
    for number in 1...64 {
      let signal = try #require(Signal(number: number))
      #expect(said(life.receive(signal, at: at(0))) == "forward \(number)")
      #expect(life.deadline == nil)
    }
    #expect(said(life.expire(at: at(9999))) == "nothing")
  }

  @Test func rewritesAndDrops() throws {
    var rewrites = SignalRewrites()
    try rewrites.add(text("TERM:QUIT,USR1:0"))
    var life = makeLife { $0.rewrites = rewrites }
    #expect(said(life.receive(.terminate, at: at(0))) == "forward 3")
    #expect(said(life.receive(Signal(10), at: at(0))) == "nothing")
    _ = life.commandEnded(at: at(1))
    #expect(said(life.receive(.terminate, at: at(1))) == "rest 3")
    #expect(said(life.receive(Signal(10), at: at(1))) == "nothing")
  }

  @Test func drainHoldsTheFirstTermBack() {
    var life = makeLife { $0.drain = .seconds(5) }
    #expect(said(life.receive(.hangup, at: at(0))) == "forward 1", "others are not held back")
    #expect(said(life.receive(.terminate, at: at(10))) == "hold back")
    #expect(life.deadline == at(15))
    #expect(said(life.receive(.interrupt, at: at(11))) == "forward 2")
    #expect(said(life.expire(at: at(14.999))) == "nothing")
    #expect(said(life.expire(at: at(15))) == "forward 15")
    #expect(said(life.expire(at: at(15))) == "nothing")
    #expect(life.deadline == nil)
    #expect(said(life.receive(.terminate, at: at(16))) == "forward 15", "there is one drain")
  }

  @Test func aSecondTermEndsTheDrain() {
    var life = makeLife { $0.drain = .seconds(5) }
    _ = life.receive(.terminate, at: at(0))
    #expect(said(life.receive(.terminate, at: at(1))) == "forward 15")
    #expect(life.deadline == nil)
    #expect(said(life.expire(at: at(5))) == "nothing", "it is forwarded once")
  }

  @Test func drainForwardsWhatTermIsRewrittenTo() {
    var life = makeLife {
      $0.drain = .seconds(5)
      $0.rewrites.rewrite(.terminate, to: .quit)
    }
    #expect(said(life.receive(.terminate, at: at(0))) == "hold back")
    #expect(said(life.expire(at: at(5))) == "forward 3")
  }

  @Test func aDroppedTermStartsNoDrain() {
    var life = makeLife {
      $0.drain = .seconds(5)
      $0.rewrites.rewrite(.terminate, to: nil)
    }
    #expect(said(life.receive(.terminate, at: at(0))) == "nothing")
    #expect(life.deadline == nil)
  }

  @Test func theCommandEndsWhileDraining() {
    var life = makeLife { $0.drain = .seconds(50) }
    _ = life.receive(.terminate, at: at(0))
    #expect(said(life.commandEnded(at: at(1))) == "terminate rest")
    #expect(life.deadline == at(2))
  }

  @Test(arguments: [(Signal.terminate, Signal.terminate), (.terminate, .quit), (.interrupt, .terminate)])
  func killAfterTerm(_ received: Signal, _ sent: Signal) {
    var life = makeLife {
      $0.killAfter = .seconds(3)
      $0.rewrites.rewrite(received, to: sent)
    }
    #expect(said(life.receive(received, at: at(10))) == "forward \(sent.rawValue)")
    #expect(life.deadline == at(13))
    #expect(said(life.receive(received, at: at(12))) == "forward \(sent.rawValue)")
    #expect(life.deadline == at(13), "a second one does not prolong it")
    #expect(said(life.expire(at: at(12.9))) == "nothing")
    #expect(said(life.expire(at: at(13))) == "kill command")
    #expect(said(life.expire(at: at(13))) == "nothing")
    #expect(life.deadline == nil)
  }

  @Test(arguments: [Signal.hangup, .interrupt, .quit, .kill]) func noKillAfterOthers(_ signal: Signal) {
    var life = makeLife { $0.killAfter = .seconds(3) }
    _ = life.receive(signal, at: at(0))
    #expect(life.deadline == nil)
  }

  @Test func killAfterBeginsBehindTheDrain() {
    var life = makeLife {
      $0.drain = .seconds(5)
      $0.killAfter = .seconds(3)
    }
    _ = life.receive(.terminate, at: at(0))
    #expect(life.deadline == at(5))
    #expect(said(life.expire(at: at(5))) == "forward 15")
    #expect(life.deadline == at(8))
    #expect(said(life.expire(at: at(8))) == "kill command")
  }

  @Test func killAfterDoesNotOutliveTheCommand() {
    var life = makeLife { $0.killAfter = .seconds(3) }
    _ = life.receive(.terminate, at: at(0))
    _ = life.commandEnded(at: at(1))
    #expect(said(life.expire(at: at(3))) == "late, kill in 3")
  }

  @Test func killAfterZeroIsAtOnce() {
    var life = makeLife { $0.killAfter = .zero }
    _ = life.receive(.terminate, at: at(4))
    #expect(said(life.expire(at: at(4))) == "kill command")
  }
}

@Suite struct LifecycleTimeoutTests {
  @Test func commandMayRunForItsTimeOnly() {
    var life = makeLife { $0.timeout = .seconds(9) }
    #expect(life.deadline == nil)
    life.commandStarted(at: at(1))
    #expect(life.deadline == at(10))
    #expect(said(life.expire(at: at(9))) == "nothing")
    #expect(said(life.expire(at: at(10))) == "time out")
    #expect(said(life.expire(at: at(10))) == "nothing")
  }

  @Test func timeoutEndsWithTheCommand() {
    var life = makeLife { $0.timeout = .seconds(9) }
    life.commandStarted(at: at(1))
    _ = life.commandEnded(at: at(2))
    #expect(said(life.expire(at: at(5))) != "time out")
  }
}
