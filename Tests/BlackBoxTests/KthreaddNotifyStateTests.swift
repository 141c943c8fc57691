import Foundation
import Glibc
import Testing

/// RELOADING=1, STOPPING=1, STATUS= and the rest of sd_notify(3), and who is heard.
@Suite struct KthreaddNotifyStateTests {
  @Test func reloading() throws {
    let it = try Supervised()
    let gate = try it.gate()
    try it.life(
      "a", ["Type=notify"], "say:READY=1", "say:RELOADING=1|STATUS=größer", "wait:\(gate)", "say:READY=1|STATUS=", "hold")
    try it.session.line("a | RELOADING=1")
    for _ in 0..<2 {
      #expect(try it.ctl("status", "a").out.hasPrefix("a: reloading (pid "))
      #expect(try it.ctl("list").out.contains("reloading"))
      #expect(try it.keeping("a").state == "running" && it.keeping("a").activity == "reloading")
      #expect(try it.told("a").status == "größer")
      try it.replaceKthreadd()
    }
    it.lift(gate: gate)
    try it.session.line("a | READY=1|STATUS= 1 1")
    #expect(try it.ctl("status", "a").out.hasPrefix("a: running"))
    #expect(try it.told("a").status == "")
  }

  @Test func stoppingByItself() throws {
    let it = try Supervised()
    let gate = try it.gate()
    try it.life("a", ["Type=notify"], "say:READY=1", "say:STOPPING=1", "wait:\(gate)", "exit:0")
    try it.session.line("a | STOPPING=1 1 1")
    #expect(try it.ctl("status", "a").out.hasPrefix("a: stopping by itself"))
    try it.replaceKthreadd()
    #expect(try it.keeping("a").state == "stopping" && it.keeping("a").activity == "stopping")
    it.lift(gate: gate)
    #expect(try it.ctl("wait", "a").code == 0)
    #expect(try it.told("a").restarts == 0, "nobody asked for another life")
  }

  @Test(arguments: [false, true]) func stoppingTakesTooLong(_ dies: Bool) throws {
    let it = try Supervised()
    try it.life("a", ["Type=notify", "TimeoutStopSec=\(dies ? "3s" : "300ms")"], "say:READY=1", "say:STOPPING=1", "hold")
    try it.session.line("a | STOPPING=1 1 1")
    if dies { try it.replaceKthreadd() }
    #expect(try it.ctl("wait", "a").code == 137)
  }

  /// READY=1 is for Type=notify; other workers are ready by something else.
  @Test func readyIsForThoseThatSaySo() throws {
    let it = try Supervised()
    let gate = try it.gate()
    try it.life("a", ["Type=oneshot", "NotifyAccess=main"], "say:READY=1", "wait:\(gate)", "exit:0")
    try it.session.line("a | READY=1 1 1")
    #expect(try it.told("a").state == "starting")
    it.lift(gate: gate)
    #expect(try it.ctl("wait", "--ready", "a").code == 0)
  }

  @Test func watchdogOfItsOwn() throws {
    let it = try Supervised()
    try it.life("a", ["WatchdogSec=1min"], "say:WATCHDOG_USEC=300000", "hold")
    #expect(try it.ctl("wait", "a").code == 125)
    #expect(try it.ctl("status", "a").out.contains("cannot become ready in time"))
    try it.life("b", ["NotifyAccess=main"], "say:WATCHDOG=trigger", "hold")
    #expect(try it.ctl("wait", "b").code == 125, "it needs no WatchdogSec=")
  }

  @Test(arguments: [("none", "0 0"), ("main", "1 1"), ("exec", "1 1"), ("all", "1 1")])
  func whoHasASocket(_ access: String, _ answer: String) throws {
    let it = try Supervised()
    try it.life("a", ["NotifyAccess=\(access)"], "say:STATUS=here", "hold")
    try it.session.line("a | STATUS=here \(answer)")
    #expect(try it.told("a").status == (access == "none" ? "" : "here"))
  }

  @Test(arguments: [("main", ""), ("exec", ""), ("all", "there")]) func whoIsHeard(_ access: String, _ status: String) throws {
    let it = try Supervised()
    try it.life("a", ["NotifyAccess=\(access)"], "fork", "say:STATUS=there", "say:STATUS=there", "hold")
    try it.session.line("a | STATUS=there 1 1")
    try it.session.line("a | STATUS=there 1 1")
    #expect(try it.told("a").status == status)
    let complaints = it.session.text(.err).components(separatedBy: "notifies and is not heard").count - 1
    #expect(complaints == (status.isEmpty ? 1 : 0))
  }

  /// A process of nobody's: it changes nothing, its descriptors are closed, and kthreadd lives.
  @Test func strangers() throws {
    let scratch = try Scratch()
    let gate = "\(scratch.path)/gate"
    mkfifo(gate, 0o666)
    let it = try Supervised(
      command: [
        "--", "env", "NOTIFY_SOCKET=/run/swinit/notify", Place.probe, "life", "wait:\(gate)",
        "with:20:FDSTORE=1|STATUS=x|MAINPID=1",
        "big:4096", "hold",
      ])
    try it.life("a", ["NotifyAccess=all", "FileDescriptorStoreMax=64"], "say:STATUS=own", "hold")
    try it.session.line("a | STATUS=own")
    let before = try it.descriptorCounts()
    it.lift(gate: gate)
    try it.session.line("MAINPID=1 1 1")
    try it.session.line("big 1 1")
    #expect(try it.told("a").status == "own" && it.keeping("a").stored == 0)
    try it.session.eventually("as few descriptors as before: \(before)") { try it.hasAtMost(before) }
  }

  @Test(arguments: [(4096, "running"), (4097, "starting")]) func sizes(_ count: Int, _ state: String) throws {
    let it = try Supervised()
    try it.life("a", ["Type=notify"], "big:\(count)", "hold")
    try it.session.line("a | big 1 1")
    #expect(try it.told("a").state == state)
  }

  /// Descriptors that nobody wants are closed; more than a message may bring spoil it.
  @Test func unwantedDescriptors() throws {
    let it = try Supervised()
    let gate = try it.gate()
    try it.life(
      "a", ["NotifyAccess=main"], "wait:\(gate)", "with:5:STATUS=five", "with:96:STATUS=full", "with:97:STATUS=more", "hold")
    let before = try it.descriptorCounts()
    it.lift(gate: gate)
    try it.session.line("a | STATUS=more 1 1")
    #expect(try it.told("a").status == "full")
    try it.session.eventually("as few descriptors as before: \(before)") { try it.hasAtMost(before) }
  }

  @Test func aBarrierAmongOthersIsNoMessage() throws {
    let it = try Supervised()
    try it.life("a", ["Type=notify"], "say:READY=1|BARRIER=1", "hold")
    try it.session.line("a | READY=1|BARRIER=1 1 1")
    #expect(try it.told("a").state == "starting")
  }

  @Test func waitForReadyOutlivesKthreadd() throws {
    let it = try Supervised()
    let gate = try it.gate()
    try it.life("a", ["Type=notify"], "say:STATUS=soon", "wait:\(gate)", "say:READY=1", "hold")
    try it.session.line("a | STATUS=soon")
    let answer = Background { try it.ctl("wait", "--ready", "a") }
    try it.replaceKthreadd()
    it.lift(gate: gate)
    #expect(try answer.value().code == 0)
    try it.life("b", ["Type=notify"], "exit:0")
    let never = try it.ctl("wait", "--ready", "b")
    #expect(never.code == 1 && never.err.contains("worker 'b' has ended, and was not ready"), "\(never)")
  }
}

/// Something that goes on meanwhile.
private final class Background<Value: Sendable>: @unchecked Sendable {
  private var result: Result<Value, any Error>?
  private let done = DispatchSemaphore(value: 0)

  init(_ body: @escaping () throws -> Value) {
    nonisolated(unsafe) let body = body
    DispatchQueue.global().async {
      self.result = Result { try body() }
      self.done.signal()
    }
  }

  func value() throws -> Value {
    done.wait()
    return try result!.get()
  }
}
