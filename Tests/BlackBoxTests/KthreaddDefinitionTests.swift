import Foundation
import Glibc
import Testing

/// Definitions with mistakes, and what they say of each other.
@Suite struct KthreaddDefinitionTests {
  private func start(_ files: [String: String]) throws -> Supervised {
    let root = try Root()
    try root.scratch.directory("run")
    try root.scratch.directory("dev")
    try root.scratch.file("dev/null", "")
    for (name, text) in files { try root.scratch.file("etc/swinit/workers.d/\(name).service", text) }
    return try Supervised(root)
  }

  private static let plain = "[Service]\nExecStart=/probe hold\n"
  private static func after(_ name: String) -> String { "[Unit]\nAfter=\(name)\n\(plain)" }

  /// One whose name comes first in the alphabet waits for one whose definition is read later.
  @Test func afterOneThatIsReadLater() throws {
    let it = try start([
      "a": Self.after("z"), "b": Self.after("y"), "y": Self.after("z"),
      "z": "[Service]\nType=notify\nNotifyAccess=all\nExecStart=/probe hold\n",
    ])
    try it.session.line("z | ready")
    for name in ["a", "b", "y"] { #expect(try it.told(name).state == "waiting") }
    // It never says that it is ready.
    try it.ctl("stop", "z")
    for name in ["a", "b", "y"] { try it.until(name, "running") }
    #expect(try it.stop().end == .code(0))
  }

  /// An order that leads back to itself is cut, in one place, and told of. Also one of a single worker.
  @Test func cycle() throws {
    let it = try start([
      "a": Self.after("b"), "b": Self.after("c"), "c": Self.after("a"), "d": Self.after("a"), "e": Self.after("e"),
    ])
    for name in ["a", "b", "c", "d", "e"] { try it.until(name, "running") }
    for name in ["c", "e"] { try it.session.line("worker '\(name)' is to come after", on: .err) }
    let said = it.session.text(.err).split(separator: "\n").filter { $0.contains("not obeyed") }
    #expect(
      said == [
        "swinit: warning: worker 'c' is to come after 'a', which is to come after it: not obeyed",
        "swinit: warning: worker 'e' is to come after 'e', which is to come after it: not obeyed",
      ])
    #expect(try it.ctl("health").code == 0)
    #expect(try it.stop().end == .code(0))
  }

  /// What is required and not there is told of. Later it may be.
  @Test func missingRequirement() throws {
    let it = try start(["a": "[Unit]\nRequires=ghost\n\(Self.plain)"])
    try it.session.line("worker 'a' requires 'ghost', which is not defined: it waits until there is one", on: .err)
    let health = try it.ctl("health")
    #expect(health.code == 1 && health.out.hasPrefix("not healthy: a: waiting"), "\(health)")
    let old = try #require(it.kthreadd)
    kill(old, SIGKILL)
    try it.session.eventually("another kthreadd") { it.kthreadd != nil && it.kthreadd != old }
    #expect(try it.told("a").state == "waiting")
    try it.ctl("run", "ghost", "--", "/probe", "hold")
    try it.until("a", "running")
    #expect(try it.ctl("health").out == "healthy\n")
  }

  /// A file that cannot be read is told of as that, and keeps nobody out.
  @Test func unreadable() throws {
    let root = try Root()
    for name in ["run", "dev", "etc/swinit/workers.d/a.service"] { try root.scratch.directory(name) }
    try root.scratch.file("dev/null", "")
    try root.scratch.file("etc/swinit/workers.d/c.service", Self.plain)
    symlink("/nowhere", "\(root.path)/etc/swinit/workers.d/b.service")
    let it = try Supervised(root)
    try it.session.line("/etc/swinit/workers.d/a.service: cannot be read: Is a directory", on: .err)
    try it.session.line("/etc/swinit/workers.d/b.service: cannot be read: No such file or directory", on: .err)
    try it.session.line("c | ready")
    #expect(try it.all().map(\.name) == ["c"])
  }

  /// One that has failed and is not started again makes the container sick, until somebody stops it; also after another kthreadd.
  @Test func failureIsSick() throws {
    let it = try start(["a": "[Service]\nExecStart=/probe exit 3\n", "b": "[Service]\nExecStart=/probe exit 0\n"])
    try it.until("a", "ended")
    try it.until("b", "ended")
    let old = try #require(it.kthreadd)
    kill(old, SIGKILL)
    try it.session.eventually("another kthreadd") { it.kthreadd != nil && it.kthreadd != old }
    let health = try it.ctl("health")
    #expect(health.code == 1 && health.out.hasPrefix("not healthy: a: ended") && health.out.contains("code 3"), "\(health)")
    try it.ctl("stop", "a")
    #expect(try it.ctl("health").code == 0)
  }

  @Test func userThatIsNot() throws {
    let it = try start(["a": "[Service]\nUser=nosuch\nExecStart=/probe hold\n"])
    try it.session.line("worker 'a' could not become its user: there is no such user or group", on: .err)
    #expect(try it.ctl("status", "a").out.contains("last end: cannot become its user (there is no such user or group)"))
  }
}
