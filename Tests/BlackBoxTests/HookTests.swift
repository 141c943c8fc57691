import Glibc
import Testing

/// --pre and --post.
@Suite struct HookTests {
  @Test func preHooksInOrder() throws {
    let run = try Session.run(["--pre", "echo one", "--pre=echo two", "--", "echo", "three"])
    #expect(run.end == .code(0))
    #expect(run.out == "one\ntwo\nthree\n")
    #expect(run.err == "")
  }

  @Test func byVariable() throws {
    let run = try Session.run(["echo", "two"], env: ["SWINIT_PRE=echo one", "SWINIT_POST=echo three"])
    #expect(run.out == "one\ntwo\nthree\n")
  }

  @Test func quotingWithoutAShell() throws {
    let run = try Session.run(["--pre", #"printf [%s] 'a  b' "c \"d" e\ f '$HOME' * ;"#, "--", "true"])
    #expect(run.out == #"[a  b][c "d][e f][$HOME][*][;]"#)
  }

  @Test(arguments: [("exit 9", 9), ("kill -9 $$", 137)] as [(String, Int32)])
  func preHookThatFails(_ script: String, _ code: Int32) throws {
    let run = try Session.run(["--pre", "sh -c '\(script)'", "--pre", "echo second", "--", "echo", "started"])
    #expect(run.end == .code(code))
    #expect(run.out == "", "neither the next hook nor the command")
    #expect(run.said.count == 1)
  }

  @Test func preHookThatIsNotThere() throws {
    let run = try Session.run(["--pre", "/nope/hook", "--", "echo", "started"])
    #expect(run.end == .code(127))
    #expect(run.out == "")
    #expect(run.err.contains("/nope/hook"))
  }

  @Test(arguments: [SIGTERM, SIGINT, SIGQUIT, SIGHUP]) func signalDuringAPreHook(_ signal: Int32) throws {
    let session = try Session(["--pre", "\(Place.probe) hold", "--", "echo", "started"])
    try session.line("ready")
    session.send(signal)
    let run = try session.finish()
    #expect(run.end == .code(128 + signal))
    #expect(run.out == "ready\n")
  }

  /// Even when the hook makes the best of it.
  @Test func signalThatThePreHookSurvives() throws {
    let session = try Session(["--pre", "\(Place.probe) signals 15", "--", "echo", "started"])
    try session.line("ready")
    session.send(SIGTERM)
    let run = try session.finish()
    #expect(run.end == .code(143))
    #expect(run.out == "ready\nsignal 15\n")
  }

  @Test func preHooksLeaveNothingBehind() throws {
    let session = try Session(["--pre", "\(Place.probe) orphans 5", "--", Place.probe, "hold"])
    try session.line("ready")
    #expect(children(of: session.pid).count == 1)
    session.send(SIGTERM)
    #expect(try session.finish().end == .code(143))
  }

  @Test(
    arguments: [
      ("exit 3", "", "3", "", 3), ("exit 3", "3:5", "5", "", 5), ("kill -TERM $$", "", "143", "TERM", 143),
      ("kill -KILL $$", "137:0", "0", "KILL", 0),
    ] as [(String, String, String, String, Int32)])
  func postHookKnowsTheEnd(_ script: String, _ map: String, _ code: String, _ signal: String, _ end: Int32) throws {
    let run = try Session.run(
      (map.isEmpty ? [] : ["--exit-map", map]) + [
        "--post", #"sh -c 'echo "<$SWINIT_EXIT_CODE><$SWINIT_EXIT_SIGNAL>"'"#, "--", "sh", "-c", script,
      ])
    #expect(run.end == .code(end))
    #expect(run.out == "<\(code)><\(signal)>\n")
  }

  @Test func postHooksRunAfterTheLeftovers() throws {
    let run = try Session.run(["--post", "echo one", "--post", "echo two", "--", Place.probe, "leave", "3", "tells"])
    #expect(run.end == .code(3))
    #expect(run.out.hasSuffix("tells got 15\none\ntwo\n"), "\(run.out)")
  }

  @Test(arguments: ["false", "/nope/hook"]) func postHookThatFailsIsAWarning(_ hook: String) throws {
    let run = try Session.run(["--post", hook, "--post", "echo next", "--", "sh", "-c", "exit 3"])
    #expect(run.end == .code(3))
    #expect(run.out == "next\n")
    #expect(run.said.count == 1)
  }

  @Test func postHooksLeftovers() throws {
    let run = try Session.run(["--post", "\(Place.probe) leave 0 dies", "--", "true"])
    #expect(run.end == .code(0))
  }

  @Test func commandThatCannotRunAndAHook() throws {
    let run = try Session.run(["--pre", "echo one", "--", "/nope/there"])
    #expect(run.end == .code(127))
    #expect(run.out == "one\n")
  }

  /// As for the command, swinit's own variables are consumed.
  @Test func variablesOfTheHooks() throws {
    let run = try Session.run(["--pre", "sh -c 'echo \"<$SWINIT_GRACE>\"'", "--", "true"], env: ["SWINIT_GRACE=1s"])
    #expect(run.out == "<>\n")
  }
}
