import Sys
import TestSupport
import Testing

@testable import Boot

@Suite struct InitcallTests {
  @Test func levelsAreTheKernels() {
    let names = InitcallLevel.allCases.map { "\($0.name)" }
    #expect(names == ["pure", "core", "postcore", "arch", "subsys", "fs", "device", "late"])
  }

  @Test func blacklistAddsUpAndTakesWholeNames() {
    var list = InitcallBlacklist()
    #expect(!list.holds(Text("hostname")))
    list.add(Text("one,hostname"))
    list.add(Text(",two,"))
    for name: StaticString in ["one", "hostname", "two"] { #expect(list.holds(Text(name))) }
    for name: StaticString in ["host", "hostnames", "on", "one,hostname"] { #expect(!list.holds(Text(name))) }
  }

  @Test(arguments: [
    ("quiet initcall_debug", true), ("initcall_debug=1", true), ("initcall_debug=0", false), ("initcall_debug=n", false),
    ("initcall_debugger", false),
  ])
  func trace(_ line: String, _ traced: Bool) {
    let bytes = Array(line.utf8)
    bytes.withUnsafeBufferPointer {
      let parameters = BootParameters(Text($0))
      #expect((parameters.initcallTrace == .each) == traced)
    }
  }

  @Test func statesAreTheKernels() {
    for state in [SystemState.booting, .scheduling, .freeingInitmem, .running, .halt, .powerOff, .restart] {
      #expect(SystemState(name: Text(state.name)) == state)
      #expect("\(state.name)".hasPrefix("SYSTEM_"))
    }
    #expect(SystemState(name: Text("SYSTEM_RUN")) == nil)
  }
}

@Suite struct SystemRequestTests {
  private let start = Instant(nanoseconds: 1_000_000_000)

  /// Every signal: those that ask for something, and all the others that do not.
  @Test func signals() {
    let expected: [Int: SystemRequest] = [
      1 + 1: SystemRequest(.restart, .orderly), 15: SystemRequest(.restart, .orderly), 10: SystemRequest(.halt, .orderly),
      12: SystemRequest(.powerOff, .orderly), 30: SystemRequest(.powerOff, .orderly), 37: SystemRequest(.halt, .orderly),
      38: SystemRequest(.powerOff, .orderly), 39: SystemRequest(.restart, .orderly), 40: SystemRequest(.kexec, .orderly),
      47: SystemRequest(.halt, .forced), 48: SystemRequest(.powerOff, .forced), 49: SystemRequest(.restart, .forced),
      50: SystemRequest(.kexec, .forced),
    ]
    for number in 1...64 {
      var signals = SystemSignals()
      #expect(signals.receive(Signal(number: number)!, at: start) == expected[number], "\(number)")
    }
  }

  @Test func twiceInTwoSecondsIsNow() {
    var signals = SystemSignals()
    #expect(signals.receive(.interrupt, at: start)?.manner == .orderly)
    #expect(signals.receive(.interrupt, at: start + .seconds(2))?.manner == .orderly, "two seconds are not within two seconds")
    let before = Interval(nanoseconds: SystemSignals.hurry.nanoseconds - 1)
    #expect(signals.receive(.interrupt, at: start + .seconds(2) + before)?.manner == .immediate)
  }

  @Test func offsetsLeadBack() {
    for end in [SystemRequest.End.halt, .powerOff, .restart, .kexec] {
      for manner in [SystemRequest.Manner.orderly, .forced] {
        let request = SystemRequest(end, manner)
        #expect(SystemRequest(signalOffset: request.signalOffset) == request)
      }
    }
    for offset in [-31, 0, 1, 2, 7, 12, 17, 30] { #expect(SystemRequest(signalOffset: offset) == nil) }
  }
}

@Suite struct RespawnTests {
  @Test func delaysGrowToALimitAndAreForgotten() throws {
    var respawn = Respawn()
    var now = Instant(nanoseconds: 5_000_000_000)
    #expect(respawn.dueAt! <= now)
    var delays: [Int64] = []
    for _ in 0..<8 {
      respawn.started(at: now)
      #expect(respawn.dueAt == nil)
      respawn.ended(at: now)
      let due = try #require(respawn.dueAt)
      delays.append(now.interval(to: due).milliseconds)
      now = due
    }
    #expect(delays == [250, 500, 1000, 2000, 4000, 8000, 8000, 8000])
    respawn.started(at: now)
    now = now + Respawn.goodRun
    respawn.ended(at: now)
    #expect(respawn.dueAt == now)
    respawn.started(at: now)
    respawn.ended(at: now)
    #expect(respawn.dueAt == now + .milliseconds(250))
  }

  /// What could not be started at all waits too.
  @Test func failureWaits() {
    var respawn = Respawn()
    respawn.ended(at: Instant(nanoseconds: 0))
    #expect(respawn.dueAt == Instant(nanoseconds: 250_000_000))
  }
}

@Suite struct ConsoleListTests {
  private func paths(_ list: StaticString) -> [String] { ConsoleList.paths(in: Text(list)).map { String(cString: $0.pointer) } }

  @Test func lists() {
    #expect(paths("tty0 ttyS0") == ["/dev/tty1", "/dev/ttyS0"])
    #expect(paths("/dev/ttyS1,hvc0") == ["/dev/ttyS1", "/dev/hvc0"])
    #expect(paths("ttyS0,ttyS0 tty1,tty0") == ["/dev/ttyS0", "/dev/tty1"])
    #expect(paths("").isEmpty)
    #expect(paths(" ,, ").isEmpty)
    #expect(paths("a b c d e f g h i j k l m n o p q r").count == ConsoleList.limit)
  }
}
