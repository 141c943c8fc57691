import Glibc
import Testing

/// swinit as tini and docker-init.
@Suite struct PersonalityTestsTini {
  private static let usage = #"(?m)^Usage: \S+ \[OPTIONS\] PROGRAM -- \[ARGS\] \| --version$"#
  private static func fatal(_ text: String) -> String { #"^\[FATAL tini \(\d+\)\] "# + text }

  static let same: [Row] =
    [
      Row(.tini, ["--version"], Told(0, out: #"^tini version \S+\n$"#)),
      Row(.tini, ["-h"], Told(0, out: usage)),
      Row(.tini, ["-svh"], Told(0, out: usage)),
      Row(.tini, ["-h", "true"], Told(0, out: usage)),
      Row(.tini, ["-l"], Told(0, out: "(?i)licen[cs]e")),
      Row(.tini, [], Told(1, err: usage)),
      Row(.tini, ["--"], Told(1, err: usage)),
      Row(.tini, ["-s"], Told(1, err: usage)),
      Row(.tini, ["-Z"], Told(1, err: "(?m)^ARGV0: invalid option -- 'Z'$")),
      Row(.tini, ["-sZ", "--", "true"], Told(1, err: "(?m)^ARGV0: invalid option -- 'Z'$")),
      Row(.tini, ["-:"], Told(1, err: "(?m)^ARGV0: invalid option -- ':'$")),
      Row(.tini, ["--bogus"], Told(1, err: "(?m)^ARGV0: .*option")),
      Row(.tini, ["-e"], Told(1, err: "(?m)^ARGV0: option requires an argument -- 'e'$")),
      Row(.tini, ["-sp"], Told(1, err: "(?m)^ARGV0: option requires an argument -- 'p'$")),
      Row(.tini, ["-p", "SIGNOPE", "--", "true"], Told(1, err: fatal("Not a valid option for -p: SIGNOPE\n$"))),
      Row(.tini, ["-p", "", "--", "true"], Told(1, err: fatal("Not a valid option for -p: \n$"))),
      // Everything that may stand before the command.
      Row(.tini, ["-s", "-g", "-w", "-p", "SIGTERM", "-e", "3", "--", Place.probe, "exit", "4"], Told(4)),
      Row(.tini, ["-sgwpSIGTERM", "-e3", Place.probe, "exit", "4"], Told(4)),
      // Codes that count as success.
      Row(.tini, ["-e", "5", "--", Place.probe, "exit", "5"], Told(0)),
      Row(.tini, ["-e5", "--", Place.probe, "exit", "5"], Told(0)),
      Row(.tini, ["-ge5", "--", Place.probe, "exit", "5"], Told(0)),
      Row(.tini, ["-e", "010", "--", Place.probe, "exit", "10"], Told(0)),
      Row(.tini, ["-e", "4", "--", Place.probe, "exit", "5"], Told(5)),
      Row(.tini, ["-e", "4", "-e", "5", "--", Place.probe, "exit", "4"], Told(0)),
      Row(.tini, ["-e", "4", "-e", "5", "--", Place.probe, "exit", "5"], Told(0)),
      Row(.tini, ["-e", "0", "--", Place.probe, "exit", "0"], Told(0)),
      Row(.tini, ["-e", "255", "--", Place.probe, "exit", "255"], Told(0)),
      Row(.tini, ["-e", "143", "--", Place.probe, "die", "15"], Told(0)),
      Row(.tini, ["-e", "143", "--", Place.probe, "exit", "143"], Told(0)),
      // A command that is not there, or is none.
      Row(.tini, ["--", "/nonexistent"], Told(127, err: fatal("exec /nonexistent failed: No such file or directory"))),
      Row(.tini, ["no-such-word"], Told(127, err: fatal("exec no-such-word failed: No such file or directory"))),
      Row(.tini, ["--", ""], Told(127, err: fatal("exec  failed: No such file or directory"))),
      Row(.tini, ["-"], Told(127, err: fatal("exec - failed: No such file or directory"))),
      Row(.tini, ["--", "/etc/passwd"], Told(126, err: fatal("exec /etc/passwd failed: Permission denied"))),
      Row(.tini, ["--", "/etc"], Told(126, err: fatal("exec /etc failed: Permission denied"))),
      Row(
        .tini, ["--", "/nonexistent"], env: ["TINI_VERBOSITY=0"],
        Told(127, err: fatal("exec /nonexistent failed: No such file or directory"))),
      // The variable has the last word on how much is said.
      Row(.tini, ["-vvv", "--", "true"], env: ["TINI_VERBOSITY=0"], Told(0)),
      Row(.tini, ["-vvv", "--", "true"], env: ["TINI_VERBOSITY=1"], Told(0)),
      Row(.tini, ["-v", "--", "true"], env: ["TINI_VERBOSITY="], Told(0)),
      Row(.tini, ["-v", "--", "true"], env: ["TINI_VERBOSITY=abc"], Told(0)),
      // Who was reaped.
      Row(
        .tini, ["-w", "--", Place.probe, "orphans", "3"],
        Told(0, out: "^reaped 3\n$", err: #"^(\[WARN  tini \(1\)\] Reaped zombie process with pid=\d+\n){3}$"#)),
      Row(
        .tini, ["-wg", "--", Place.probe, "orphans", "1"], env: ["TINI_VERBOSITY=1"],
        Told(0, out: "^reaped 1\n$", err: #"^\[WARN  tini \(1\)\] Reaped zombie process with pid=\d+\n$"#)),
      Row(.tini, ["-w", "--", Place.probe, "orphans", "3"], env: ["TINI_VERBOSITY=0"], Told(0, out: "^reaped 3\n$")),
      Row(.tini, ["-w", "--", "true"], Told(0)),
    ]
    + ["256", "-1", "0x10", "5x", "abc", "1e1", "99999999999999999999"].map {
      Row(.tini, ["-e", $0, "--", "true"], Told(1, err: fatal("Not a valid option for -e: \($0)\n$")))
    }
  @Test(arguments: same) func sameAsTini(_ row: Row) throws { try row.check() }

  static let better: [Row] = [
    // Options end at the command.
    Row(
      .tini, ["sh", "-c", "exit 3"], original: Told(1, err: "invalid option -- 'c'"), swinit: Told(3)),
    Row(.tini, ["echo", "-v"], original: Told(0, out: #"(^|\n)\n"#), swinit: Told(0, out: "^-v\n$")),
    Row(.tini, ["echo", "--", "-v"], original: Told(0, out: "^-v\n$"), swinit: Told(0, out: "^-- -v\n$")),
    Row(.tini, ["printf", "%s", "--version"], original: Told(1, err: "invalid option"), swinit: Told(0, out: "^--version$")),
    // What it says of itself does not get into the command's output.
    Row(
      .tini, ["-v", "--", "echo", "me"], original: Told(0, out: #"(?m)^\[INFO  tini \(1\)\] "#),
      swinit: Told(0, out: "^me\n$", err: #"^(\[INFO  tini \(1\)\] .+\n)+$"#)),
    Row(
      .tini, ["-vvv", "--", "echo", "me"], original: Told(0, out: #"(?m)^\[DEBUG tini \(1\)\] "#),
      swinit: Told(0, out: "^me\n$", err: #"^(\[(INFO |DEBUG|TRACE) tini \(1\)\] .+\n)+$"#)),
    Row(
      .tini, ["--", "echo", "me"], env: ["TINI_VERBOSITY=2"], original: Told(0, out: #"(?m)^\[INFO  tini \(1\)\] "#),
      swinit: Told(0, out: "^me\n$", err: #"^(\[INFO  tini \(1\)\] .+\n)+$"#)),
    // A subreaper whenever it has to be, without a word.
    Row(
      .tini, ["--", Place.probe, "exit", "6"], via: [["middle"]],
      original: Told(6, out: "ended with 6", err: #"^\[WARN  tini \(2\)\] "#), swinit: Told(6, out: "ended with 6")),
    Row(
      .tini, ["--", Place.probe, "orphans", "5"], env: ["TINI_SUBREAPER=0"], via: [["middle"]],
      original: Told(0, out: "reaped 5\n"), swinit: Told(0, out: "reaped 5\n")),
    // Success is for commands that ran.
    Row(
      .tini, ["-e", "127", "--", "/nonexistent"], original: Told(0, err: fatal("exec /nonexistent failed")),
      swinit: Told(127, err: fatal("exec /nonexistent failed"))),
    Row(
      .tini, ["--", "/etc/passwd/x"], original: Told(1, err: fatal("exec /etc/passwd/x failed: Not a directory")),
      swinit: Told(126, err: fatal("exec /etc/passwd/x failed: Not a directory"))),
    // Signals by any of their names.
    Row(
      .tini, ["-p", "TERM", "--", "true"], original: Told(1, err: fatal("Not a valid option for -p: TERM\n$")), swinit: Told(0)),
    Row(.tini, ["-p", "SIGPWR", "--", "true"], original: Told(1, err: fatal("Not a valid option for -p")), swinit: Told(0)),
  ]
  @Test(arguments: better) func betterThanTini(_ row: Row) throws { try row.check() }

  /// Its mere presence means on to tini.
  @Test(arguments: ["0", "", "no", "false"]) func killProcessGroupIsOff(_ value: String) throws {
    for player in try Player.both(.tini) {
      let group = try PersonalityTests.reachesTheGroup(player, [], env: ["TINI_KILL_PROCESS_GROUP=\(value)"])
      #expect(group == !player.isSwinit, "\(player)")
    }
  }

  @Test func killProcessGroupOptionIsOnWhateverTheVariable() throws {
    let player = try Player(swinitAs: "tini")
    #expect(try PersonalityTests.reachesTheGroup(player, ["-g"], env: ["TINI_KILL_PROCESS_GROUP=0"]))
  }

  /// As `docker run --init` calls it.
  @Test func asDockerCallsIt() throws {
    let player = try Player(swinitAs: "docker-init")
    let run = try player.run(["--", "sh", "-c", #"echo "$@"; exit 3"#, "sh", "-c", "--version"])
    Told(3, out: "^-c --version\n$").check(run, player)
  }

  /// tini gets the signal when its parent ends, and passes it on.
  @Test(arguments: [["-p", "SIGUSR1"], ["-pSIGUSR1"], ["-sp", "SIGUSR1"]]) func parentDeathSignal(_ options: [String]) throws {
    for player in try Player.both(.tini) {
      let session = try Session(
        ["middle", "dying", "--", player.program] + options + ["--", Place.probe, "signals", "10"],
        env: ["PROBE_MIDDLE_WAITS=1", "TINI_VERBOSITY=0"], via: [["middle"]], input: .pipe, program: Place.probe)
      try session.line("ready")
      session.closeInput()
      try session.line("signal 10")
      #expect(try session.finish().end == .code(0), "\(player)")
    }
  }

  /// The command stops by SIGTSTP, and tini itself does not.
  @Test func stopAndContinue() throws {
    for player in try Player.both(.tini) {
      let session = try player.start(["--", Place.probe, "hold"])
      try session.line("ready")
      let command = try #require(children(of: session.pid).first)
      session.send(SIGTSTP)
      try session.eventually("the command to stop") { status(command, "State")?.hasPrefix("T") == true }
      session.send(SIGCONT)
      try session.eventually("the command to go on") { status(command, "State")?.hasPrefix("S") == true }
      session.send(SIGTERM)
      #expect(try session.finish().end == .code(143), "\(player)")
    }
  }

  /// The end of the command is the end: what is left has no time for last words.
  @Test(arguments: [Peer.tini, .catatonit]) func leftoversAreEndedAtOnce(_ peer: Peer) throws {
    for player in try Player.both(peer) {
      let run = try player.run(["--", Place.probe, "leave", "6", "tells", "ignores", "late"])
      #expect(run.end == .code(6), "\(player)")
      #expect(!run.out.contains("got"), "\(player): \(run.out)")
      #expect(run.err == "", "\(player)")
    }
  }
}
