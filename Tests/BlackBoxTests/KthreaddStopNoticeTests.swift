import Foundation
import Glibc
import Testing

/// kthread_should_stop(): the worker is told before it is signalled.
@Suite struct KthreaddStopNoticeTests {
  /// Ends with 4 when it is told, and says so; a signal only gets it a line.
  private static let listens = "trap 'echo signalled' TERM; echo up $SHOULD_STOP_FD; read x <&$SHOULD_STOP_FD; echo told; exit 4"
  /// Hears only the signal.
  private static let isDeaf = "trap 'echo signalled; exit 9' TERM; echo up; while :; do sleep 0.05; done"

  @Test func toldAndNotSignalled() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "X-ShouldStopFD=3", "--", "sh", "-c", Self.listens)
    try it.session.line("a | up 3")
    #expect(try it.ctl("stop", "a").code == 0)
    try it.session.line("a | told")
    #expect(try it.told("a").code == 4)
    #expect(!it.session.text(.out).contains("signalled"))
    // The next life has one of its own.
    try it.ctl("start", "a")
    try it.session.line("a | up 3")
    try it.ctl("stop", "a")
    #expect(try it.told("a").code == 4)
  }

  /// PID 1 holds the other end too.
  @Test func kthreaddsDeathIsNoStop() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "X-ShouldStopFD=5", "--", "sh", "-c", Self.listens)
    try it.session.line("a | up 5")
    let process = try it.outside("a")
    for _ in 0..<3 { try it.killKthreadd() }
    #expect(try it.told("a").state == "running")
    #expect(try it.outside("a") == process)
    #expect(!it.session.text(.out).contains("told"))
    #expect(try it.ctl("stop", "a").code == 0)
    #expect(try it.told("a").code == 4)
    try it.session.line("a | told")
  }

  /// Created by one kthreadd, woken by the next, stopped by the one after that.
  @Test func createdBeforeADeath() throws {
    let it = try Supervised()
    try it.ctl("create", "a", "-p", "X-ShouldStopFD=3", "--", "sh", "-c", Self.listens)
    try it.killKthreadd()
    try it.ctl("wake", "a")
    try it.session.line("a | up 3")
    try it.killKthreadd()
    try it.ctl("stop", "a")
    #expect(try it.told("a").code == 4)
  }

  @Test func theSignalAfterHalfTheTime() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "X-ShouldStopFD=3", "-p", "TimeoutStopSec=1s", "--", "sh", "-c", Self.isDeaf)
    try it.session.line("a | up")
    #expect(try it.ctl("stop", "a").code == 0)
    try it.session.line("a | signalled")
    #expect(try it.told("a").code == 9)
    let hearsNothing = "trap '' TERM; echo up; while :; do sleep 0.05; done"
    try it.ctl("run", "b", "-p", "X-ShouldStopFD=3", "-p", "TimeoutStopSec=300ms", "--", "sh", "-c", hearsNothing)
    try it.session.line("b | up")
    #expect(try it.ctl("stop", "b").code == 0)
    #expect(try it.told("b").signal == "KILL")
  }

  /// The rung of the ladder is in the table.
  @Test func aDeathBetweenNoticeAndSignal() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "X-ShouldStopFD=3", "-p", "TimeoutStopSec=2s", "--", "sh", "-c", Self.isDeaf)
    try it.session.line("a | up")
    let client = try RawClient(it.control)
    client.send(RawClient.frame(verb: 4, id: 1, [(1, "a")]))
    try it.until("a", "stopping")
    try it.killKthreadd()
    #expect(try it.told("a").state == "stopping")
    #expect(try it.ctl("wait", "a").code == 9)
    try it.session.line("a | signalled")
  }

  @Test func aParkedOneGoesOnToBeTold() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "X-ShouldStopFD=3", "--", "sh", "-c", Self.listens)
    try it.session.line("a | up 3")
    try it.ctl("park", "a")
    #expect(try it.ctl("stop", "a").code == 0)
    #expect(try it.told("a").code == 4)
  }

  @Test func theContainersEndIsToldToo() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "X-ShouldStopFD=3", "--", "sh", "-c", Self.listens)
    try it.session.line("a | up 3")
    let run = try it.stop()
    #expect(run.out.contains("a | told\n"))
    #expect(!run.out.contains("signalled"))
  }

  @Test(arguments: [3, 4, 9, 10, 11, 200]) func numbers(_ number: Int) throws {
    let it = try Supervised()
    let got = try it.state(["-p", "X-ShouldStopFD=\(number)"])
    #expect(Set(got.fds.keys) == ["0", "1", "2", "\(number)"])
    #expect(got.fds["\(number)"]?.hasPrefix("socket:") == true)
    #expect(got.variable("SHOULD_STOP_FD") == "\(number)")
  }

  /// That its program is not there is heard although the channel has moved.
  @Test func withoutAProgram() throws {
    let it = try Supervised()
    #expect(try it.ctl("run", "a", "-p", "X-ShouldStopFD=3", "--", "/nope").code == 127)
    let answer = try it.ctl("run", "b", "-p", "X-ShouldStopFD=100", "-p", "LimitNOFILE=50", "--", "true")
    #expect(answer.err == "swctl: worker 'b' cannot open its streams: Bad file descriptor\n")
  }

  @Test(arguments: ["2", "1024", "-1", "x", "3 4"]) func badNumbers(_ word: String) throws {
    let it = try Supervised()
    let answer = try it.ctl("run", "a", "-p", "X-ShouldStopFD=\(word)", "--", "true")
    #expect(answer.code == 2)
    #expect(
      answer.err == "swctl: bad value '\(word)' for X-ShouldStopFD: expected the number of a descriptor, 3 to 1023\n")
  }
}
