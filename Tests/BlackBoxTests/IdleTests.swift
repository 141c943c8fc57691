import Foundation
import Glibc
import Testing

/// What swinit is while its command runs: nothing but one sleeping task.
@Suite(.serialized) struct IdleTests {
  private func settled(_ session: Session) throws {
    try session.line("ready")
    var before = ""
    try session.eventually("swinit to sleep") {
      let now = "\(status(session.pid, "voluntary_ctxt_switches") ?? "") \(status(session.pid, "State") ?? "")"
      defer { before = now }
      return now == before && now.hasSuffix("S (sleeping)")
    }
  }

  private func switches(_ session: Session) throws -> String {
    let counts = try ["voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"].map { try #require(status(session.pid, $0)) }
    return counts.joined(separator: " ")
  }

  @Test(arguments: [[], ["--grace", "1s", "--kill-after", "1s", "--drain", "1s", "--report"]])
  func noWakeUps(_ options: [String]) throws {
    let session = try Session(options + ["--", Place.probe, "hold"])
    try settled(session)
    let before = try switches(session)
    sleep(3)  // what is measured, not a wait for something
    #expect(try switches(session) == before)
    session.send(SIGKILL)
  }

  @Test func oneTask() throws {
    let session = try Session(["--", Place.probe, "hold"])
    try settled(session)
    #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(session.pid)/task").count == 1)
    #expect(children(of: session.pid).count == 1)
  }

  @Test func sitsInTheRootDirectory() throws {
    let scratch = try Scratch()
    let session = try Session(["--", Place.probe, "hold"], via: [["chdir", scratch.path]])
    try settled(session)
    #expect(target("/proc/\(session.pid)/cwd") == "/")
    let command = try #require(children(of: session.pid).first)
    #expect(target("/proc/\(command)/cwd") == scratch.path)
  }

  /// No inherited descriptor but 0 to 2, so that nothing is held open or busy for others; its own are the kernel's event objects.
  @Test func keepsNoDescriptors() throws {
    let session = try Session(["--", Place.probe, "hold"], via: [["open", "3,5,9,77,1000"]])
    try settled(session)
    for (fd, to) in try descriptors(of: session.pid) where fd > 2 {
      #expect(to.hasPrefix("anon_inode:"), "\(fd) → \(to)")
    }
  }

  /// A pipe ends for its reader when the command closes it, although swinit was started with it.
  @Test func pipesEndWithTheCommand() throws {
    let script = #"{ exec "$0" -- "$1" closed 5 -- "$1" hold >&2; } 5>&1 >&2 | { cat; echo end; }"#
    let session = try Session(["-c", script, Place.swinit, Place.probe], program: "/bin/sh")
    try session.line("ready", on: .err)
    try session.line("end")
  }

  /// The same while it waits for a stopped command and after a burst of work.
  @Test func idleAfterWork() throws {
    let script = #""$0" orphans 200; exec "$0" hold"#
    let session = try Session(["--", "sh", "-c", script, Place.probe])
    try settled(session)
    let before = try switches(session)
    sleep(2)  // what is measured
    #expect(try switches(session) == before)
  }
}
