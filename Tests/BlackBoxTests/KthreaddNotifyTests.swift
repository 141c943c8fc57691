import Foundation
import Glibc
import Testing

/// Readiness and the watchdog, with libsystemd at the other end; definitions and their order.
@Suite struct KthreaddNotifyTests {
  @Test func readyByNotification() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "Type=notify", "--", Place.probe, "notify", "STATUS=warming up", "READY=1")
    try it.session.line("a | STATUS=warming up 1 1")
    try it.session.line("a | READY=1 1 1")
    #expect(try it.ctl("wait", "--ready", "a").code == 0)
    let told = try it.told("a")
    #expect(told.state == "running")
    #expect(told.status == "warming up")
  }

  @Test func notReadyUntilItSaysSo() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "Type=notify", "-p", "TimeoutStartSec=500ms", "--", Place.probe, "notify", "STATUS=x")
    try it.session.line("a | STATUS=x")
    #expect(try it.told("a").state == "starting")
    #expect(try it.ctl("wait", "a").code == 125)
    #expect(try it.ctl("status", "a").out.contains("cannot become ready in time"))
  }

  /// A child speaks for its worker only where that is allowed.
  @Test(arguments: [("main", "starting"), ("all", "running")]) func childrenThatNotify(_ access: String, _ state: String) throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "Type=notify", "-p", "NotifyAccess=\(access)", "--", Place.probe, "notify", "child", "READY=1")
    try it.session.line("a | READY=1 1 1")
    #expect(try it.told("a").state == state)
  }

  @Test func watchdog() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "Type=notify", "-p", "WatchdogSec=400ms", "--", Place.probe, "watchdog", "3")
    for _ in 0..<3 { try it.session.line("a | fed") }
    #expect(try it.ctl("wait", "a").code != 0)
    #expect(try it.told("a").restarts == 0)
  }

  private func root(_ files: [String: String]) throws -> Root {
    let root = try Root()
    try root.scratch.directory("run")
    try root.scratch.directory("dev")
    try root.scratch.file("dev/null", "")
    for (name, text) in files { try root.scratch.file("etc/swinit/workers.d/\(name)", text) }
    return root
  }

  @Test func definitions() throws {
    let root = try root([
      "one.service": "[Service]\nExecStart=/probe hold\nEnviroment=A=1\n", "two.service": "[Service]\nExecStart=/probe exit 3\n",
      "three.conf": "not a definition",
    ])
    let it = try Supervised(root)
    try it.session.line("one | ready")
    try it.session.line("/etc/swinit/workers.d/one.service:3: unknown key 'Enviroment'", on: .err)
    try it.until("two", "ended")
    #expect(try it.all().map(\.name).sorted() == ["one", "two"])
    #expect(try it.told("two").code == 3)
    #expect(try it.stop().end == .code(0))
  }

  /// One that comes after another is started when that is ready, and stopped before it.
  @Test func order() throws {
    let root = try root([
      "a.service": "[Unit]\nRequires=b.service\nAfter=b.service\n[Service]\nExecStart=/probe state\nType=oneshot\n",
      "b.service": "[Unit]\nAfter=c\n[Service]\nExecStart=/probe hold\n",
      "c.service": "[Service]\nType=oneshot\nExecStart=/probe exit 0\n",
      "d.service": "[Unit]\nRequires=nobody\n[Service]\nExecStart=/probe hold\n",
    ])
    let it = try Supervised(root)
    try it.until("a", "ended")
    #expect(try it.told("c").code == 0)
    #expect(try it.told("b").state == "running")
    #expect(try it.told("d").state == "waiting", "what it requires is not there, and that is told")
    #expect(try it.ctl("health").code == 1)
    try it.session.line("b | ready")
  }
}
