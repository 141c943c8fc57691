import Foundation
import Glibc
import Testing

/// What happens to those that are left when the command has ended.
@Suite struct OrderlyEndTests {
  private func leave(_ options: [String] = [], env: [String] = [], _ kinds: String...) throws -> Outcome {
    try Session.run(options + ["--", Place.probe, "leave", "7"] + kinds, env: env)
  }

  @Test func leftoversGetTerm() throws {
    let run = try leave(["--grace=1h"], "tells", "tells", "dies")
    #expect(run.end == .code(7))
    #expect(run.out.split(separator: "\n").count { $0 == "tells got 15" } == 2)
    #expect(run.err == "")
  }

  /// As soon as the last one has gone: with an hour of grace it would not be seen otherwise.
  @Test(arguments: ["1h", "infinity", "60m", "3600"]) func notLaterThanTheLastOne(_ grace: String) throws {
    let run = try leave(["--grace", grace], "dies", "dies", "stopped")
    #expect(run.end == .code(7))
  }

  @Test func standardGraceIsAFewSeconds() throws {
    let run = try leave([], "tells", "ignores")
    #expect(run.end == .code(7))
    #expect(run.out.contains("tells got 15\n"))
  }

  @Test func noGraceIsKillAtOnce() throws {
    let run = try leave(["--grace", "0"], "tells", "ignores", "stopped")
    #expect(run.end == .code(7))
    #expect(!run.out.contains("got"))
  }

  @Test func killAfterTheGrace() throws {
    for (options, env) in [(["--grace", "100ms"], []), ([], ["SWINIT_GRACE=100ms"])] {
      let run = try leave(options, env: env, "ignores", "tells")
      #expect(run.end == .code(7))
      #expect(run.out.contains("tells got 15\n"))
    }
  }

  @Test func stoppedOnesAreWokenToEnd() throws {
    #expect(try leave(["--grace", "infinity"], "stopped").end == .code(7))
  }

  /// One that answers TERM with a new process, which ignores it.
  @Test func newOnesDuringTheEnd() throws {
    let run = try leave(["--grace", "200ms"], "respawns")
    #expect(run.end == .code(7))
  }

  /// One that answers TERM with a new process, which would end at a TERM: with an hour of grace, it has to get one too.
  @Test func newOnesAreAskedToo() throws {
    let leftover = #"trap "sleep 3000 & exit 0" TERM; echo up; while :; do sleep 3000 & wait; done"#
    let script = "exec 3< <(sh -c '\(leftover)'); read -u 3 line; exit 6"
    let run = try Session.run(["--grace", "1h", "--", "bash", "-c", script])
    #expect(run.end == .code(6))
  }

  /// KILL comes again and again when one forks faster than it is seen.
  @Test func forkingAllTheTime() throws {
    let script = #"f() { trap '' TERM; while :; do (sleep 0.001) & done; }; f & f & exit 3"#
    let run = try Session.run(["--grace", "100ms", "--", "sh", "-c", script], via: [["limit", "6", "3000", "3000"]])
    #expect(run.end == .code(3))
  }

  @Test func manyLeftovers() throws {
    let run = try Session.run(["--", "sh", "-c", "i=0; while [ $i -lt 300 ]; do sleep 1000 & i=$((i+1)); done; exit 4"])
    #expect(run.end == .code(4))
    #expect(run.err.utf8.count < 4096)
  }

  @Test func lateOnesAreNamed() throws {
    let run = try leave(["--grace", "60s"], "late", "late")
    #expect(run.end == .code(7))
    #expect(run.out.split(separator: "\n").count { $0 == "late got 15" } == 2)
    let line = try #require(run.said.first { $0.contains("waiting for") })
    #expect(line.contains("2 processes"))
    #expect(line.contains("SIGKILL in"))
    for told in run.out.split(separator: "\n") where told.hasPrefix("late is ") {
      #expect(line.contains("late (\(told.dropFirst(8)))"))
    }
    #expect(run.said.count == run.err.split(separator: "\n").count)
  }

  @Test func oneLateOneIsOneProcess() throws {
    let run = try leave(["--grace", "infinity"], "late")
    #expect(run.err.contains("waiting for 1 process"))
    #expect(!run.err.contains("1 processes"))
  }

  /// TERM is for what is left, not before the command's end.
  @Test func nobodyIsDisturbedBeforeTheCommandsEnd() throws {
    let script = #""$0" leave 0 tells; read word; exit 8"#
    let session = try Session(["--", "sh", "-c", script, Place.probe], input: .pipe)
    try session.line("tells is")
    try session.eventually("the leftover to be PID 1's child") { children(of: session.pid).count == 2 }
    #expect(!session.text(.out).contains("got"))
    session.write("go\n")
    try session.line("tells got 15")
    #expect(try session.finish().end == .code(8))
  }

  @Test func commandKilledBySignalAndLeftovers() throws {
    let script = #""$0" leave 0 tells; kill -9 $$"#
    let run = try Session.run(["--", "sh", "-c", script, Place.probe])
    #expect(run.end == .code(137))
    #expect(run.out.contains("tells got 15\n"))
  }

  /// The whole way: TERM to swinit, the command ends, what it left is ended.
  @Test func termEndsAll() throws {
    let script = #""$0" leave 0 tells; exec "$0" hold"#
    let session = try Session(["--", "sh", "-c", script, Place.probe])
    try session.line("ready")
    session.send(SIGTERM)
    let run = try session.finish()
    #expect(run.end == .code(143))
    #expect(run.out.contains("tells got 15\n"))
  }
}
