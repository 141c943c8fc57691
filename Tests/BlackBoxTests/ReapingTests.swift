import Glibc
import Testing

/// Zombies do not stay, wherever they come from.
@Suite(.serialized) struct ReapingTests {
  @Test(arguments: [1, 100, 4000]) func orphans(_ count: Int) throws {
    let run = try Session([Place.probe, "orphans", "\(count)"]).finish(within: 60)
    #expect(run.end == .code(0))
    #expect(run.out == "reaped \(count)\n")
    #expect(run.err == "")
  }

  @Test func zombiesFromBeforeItsExec() throws {
    let session = try Session([Place.probe, "hold"], via: [["zombies", "50"]])
    try session.line("ready")
    try session.eventually("only the command to be left") { children(of: session.pid).count == 1 }
    session.send(SIGTERM)
    #expect(try session.finish().end == .code(143))
  }

  /// A child of before its exec ends while the command runs, and after it.
  @Test func childrenFromBeforeItsExec() throws {
    let session = try Session([Place.probe, "hold"], via: [["children", "2"]])
    try session.line("ready")
    let all = children(of: session.pid)
    #expect(all.count == 3)
    kill(all[0], SIGKILL)
    try session.eventually("two to be left") { children(of: session.pid).count == 2 }
    session.send(SIGTERM)
    let run = try session.finish()
    #expect(run.end == .code(143))
    #expect(run.err == "")
  }

  @Test func childSignalInheritedAsIgnored() throws {
    let session = try Session([Place.probe, "orphans", "50"], via: [["ignore", "17"]])
    let run = try session.finish()
    #expect(run.end == .code(0))
    #expect(run.out == "reaped 50\n")
  }

  @Test func codeWithChildSignalIgnored() throws {
    let run = try Session.run([Place.probe, "exit", "5"], via: [["ignore", "17"]])
    #expect(run.end == .code(5))
  }

  @Test func childSignalInheritedAsBlocked() throws {
    let session = try Session([Place.probe, "orphans", "50"], via: [["block", "17"]])
    #expect(try session.finish().out == "reaped 50\n")
  }

  /// Not PID 1: it says nothing, reaps what its command leaves, and nothing of it stays.
  @Test func notPID1() throws {
    let run = try Session.run(["--", Place.probe, "orphans", "200"], via: [["middle"]])
    #expect(run.out == "reaped 200\nmiddle: child ended with 0\n")
    #expect(run.err == "")
  }

  @Test func notPID1WithLeftovers() throws {
    let run = try Session.run(["--", Place.probe, "leave", "6", "tells", "stopped", "dies"], via: [["middle"]])
    #expect(run.end == .code(6))
    #expect(run.out.contains("tells got 15\n"))
    #expect(!run.out.contains("left "), "\(run.out)")
    #expect(run.err == "")
  }

  /// Not PID 1 and not alone: the others in the namespace are not its own.
  @Test func notPID1LeavesOthersAlone() throws {
    let run = try Session.run(["--", Place.probe, "leave", "6", "dies"], via: [["children", "1"], ["middle"]])
    #expect(run.end == .code(6))
    #expect(run.out.split(separator: "\n").count { $0.hasPrefix("left ") } == 1)
  }
}
