import Foundation
import Glibc
import Testing

/// MAINPID= of sd_notify(3): which process is a worker's main one, and how its end is found out whoever its parent is.
@Suite struct KthreaddNotifyMainTests {
  /// The parent lives on and never asks: the kernel knows how its child has ended.
  @Test(arguments: [false, true]) func itsEndIsTheWorkers(_ dies: Bool) throws {
    let it = try Supervised()
    try it.life("a", ["NotifyAccess=main"], "main", "hold")
    try it.session.line("a | main 1 1")
    let kthreadd = try #require(it.kthreadd)
    let first = try #require(children(of: kthreadd).first)
    let main = try #require(try it.told("a").pid)
    #expect(status(first, "NSpid")?.hasSuffix("\t\(main)") == false)
    if dies { try it.replaceKthreadd() }
    #expect(try it.told("a").pid == main)
    kill(try it.outside(main), SIGUSR1)
    #expect(try it.ctl("wait", "a").code == 128 + SIGUSR1)
    try it.session.eventually("its parent to go with it") { status(first, "State") == nil }
  }

  /// A parent that reaps it takes its status away; the kernel may still tell.
  @Test func aParentThatReaps() throws {
    let it = try Supervised()
    try it.life("a", ["NotifyAccess=all"], "reaping", "mine", "wait:\(try it.gate())", "exit:7")
    try it.session.line("a | mine 1 1")
    it.lift(gate: "\(it.scratch.path)/gate")
    let code = try it.ctl("wait", "a").code
    #expect(code == 7 || code == 125, "\(code): 125 where it cannot be known, before Linux 6.15")
  }

  /// Its parent has ended: it is kthreadd's child, or where kthreadd died meanwhile PID 1's.
  @Test(arguments: [false, true]) func aParentThatEnds(_ dies: Bool) throws {
    let it = try Supervised()
    try it.life("a", ["NotifyAccess=main"], "main", "exit:3")
    try it.session.line("a | main 1 1")
    let main = try #require(try it.told("a").pid)
    let outside = try it.outside(main)
    try it.session.eventually("its parent to be gone") { status(outside, "PPid").flatMap { pid_t($0) } == it.kthreadd }
    if dies { try it.replaceKthreadd() }
    #expect(try it.told("a").state == "running", "the end of its first process is not its own")
    #expect(try it.ctl("kill", "a", "USR2").code == 0)
    #expect(try it.ctl("wait", "a").code == 128 + SIGUSR2)
  }

  /// While there is no kthreadd that could see it.
  @Test func itEndsWhileKthreaddIsAway() throws {
    let it = try Supervised()
    try it.life("a", ["NotifyAccess=main"], "main", "exit:3")
    try it.session.line("a | main 1 1")
    let main = try #require(try it.told("a").pid)
    let outside = try it.outside(main)
    try it.session.eventually("its parent to be gone") { status(outside, "PPid").flatMap { pid_t($0) } == it.kthreadd }
    let kthreadd = try #require(it.kthreadd)
    kill(kthreadd, SIGSTOP)
    kill(outside, SIGUSR1)
    try it.session.eventually("it to have ended") { status(outside, "State")?.hasPrefix("Z") != false }
    try it.replaceKthreadd()
    #expect(try it.ctl("wait", "a").code == 128 + SIGUSR1, "its status came from PID 1")
  }

  /// Another kthreadd is the first to hear it.
  @Test func saidWhileKthreaddIsAway() throws {
    let it = try Supervised()
    let gate = try it.gate()
    try it.life(
      "a", ["NotifyAccess=all", "Type=notify"], "fork", "wait:\(gate)", "tell:STATUS=taking over|READY=1", "mine",
      "hold")
    let kthreadd = try #require(it.kthreadd)
    kill(kthreadd, SIGSTOP)
    it.lift(gate: gate)
    let first = try #require(children(of: kthreadd).first)
    let second = try #require(children(of: first).first)
    try it.session.eventually("it to wait for the answer") { status(second, "Name") != nil && it.saysInQueue(kthreadd) }
    try it.replaceKthreadd()
    #expect(try it.told("a").state == "running")
    #expect(try it.told("a").status == "taking over")
    let main = try #require(try it.told("a").pid)
    #expect(try it.outside(main) == second)
  }

  @Test func stopAndWhatElseThereIs() throws {
    let it = try Supervised()
    try it.life("a", ["NotifyAccess=main"], "main", "hold")
    try it.session.line("a | main 1 1")
    let kthreadd = try #require(it.kthreadd)
    #expect(try it.ctl("stop", "a").code == 0)
    #expect(try it.told("a").signal == "TERM")
    try it.session.eventually("nothing to be left") { children(of: kthreadd).isEmpty }
  }

  @Test func othersAreRefusedAndThatIsSaidOnce() throws {
    let it = try Supervised()
    try it.ctl("run", "b", "--", Place.probe, "hold")
    let other = try #require(try it.told("b").pid)
    try it.life(
      "a", ["NotifyAccess=main"], "say:MAINPID=1", "say:MAINPID=2", "say:MAINPID=\(other)", "say:MAINPID=4194304", "hold")
    let own = try #require(try it.told("a").pid)
    try it.session.line("a | MAINPID=4194304 1 1")
    #expect(try it.told("a").pid == own)
    #expect(try it.told("b").pid == other)
    try it.session.line("worker 'a': MAINPID=1 is not obeyed: it is no process of this worker", on: .err)
    #expect(it.session.text(.err).components(separatedBy: "is not obeyed").count == 2)
  }
}

extension Supervised {
  /// Whether messages wait on the notify socket of the container.
  fileprivate func saysInQueue(_ kthreadd: pid_t) -> Bool {
    // A sender that waits for its barrier sits in poll(2).
    children(of: kthreadd).flatMap { children(of: $0) }.contains {
      (try? String(contentsOfFile: "/proc/\($0)/wchan", encoding: .utf8))?.contains("poll") == true
    }
  }
}
