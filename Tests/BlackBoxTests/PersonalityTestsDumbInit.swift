import Glibc
import Testing

/// swinit as dumb-init.
@Suite struct PersonalityTestsDumbInit {
  private static let usage = #"(?m)^Usage: \S+ \[option\] command \[\[arg\] \.\.\.\]$"#
  private static let said = #"^(\[dumb-init\] .+\n)+$"#

  static let same: [Row] =
    [
      Row(.dumbInit, ["-V"], Told(0, err: #"^dumb-init v\S+\n$"#)),
      Row(.dumbInit, ["--version"], Told(0, err: #"^dumb-init v\S+\n$"#)),
      Row(.dumbInit, ["--vers"], Told(0, err: #"^dumb-init v\S+\n$"#)),
      Row(.dumbInit, ["-vcV"], Told(0, err: #"^dumb-init v\S+\n$"#)),
      Row(.dumbInit, ["-r", "15:2", "-V"], Told(0, err: #"^dumb-init v\S+\n$"#)),
      Row(.dumbInit, ["-h"], Told(0, err: usage)),
      Row(.dumbInit, ["--help"], Told(0, err: usage)),
      Row(.dumbInit, ["-ch", "true"], Told(0, err: usage)),
      Row(.dumbInit, [], Told(1, err: #"^Usage: \S+ \[option\] "#)),
      Row(.dumbInit, ["--"], Told(1, err: #"^Usage: \S+ \[option\] "#)),
      Row(.dumbInit, ["-c"], Told(1, err: #"^Usage: \S+ \[option\] "#)),
      Row(.dumbInit, ["-Z", "true"], Told(1, err: "^ARGV0: invalid option -- 'Z'\n$")),
      Row(.dumbInit, ["-cZ", "true"], Told(1, err: "^ARGV0: invalid option -- 'Z'\n$")),
      Row(.dumbInit, ["--bogus"], Told(1, err: "^ARGV0: unrecognized option '--bogus'\n$")),
      Row(.dumbInit, ["--ver"], Told(1, err: "^ARGV0: option '--ver' is ambiguous")),
      Row(.dumbInit, ["--help=1"], Told(1, err: "^ARGV0: option '--help' doesn't allow an argument\n$")),
      Row(.dumbInit, ["--versi=1"], Told(1, err: "^ARGV0: option '--version' doesn't allow an argument\n$")),
      Row(.dumbInit, ["-r"], Told(1, err: "^ARGV0: option requires an argument -- 'r'\n$")),
      Row(.dumbInit, ["--rewrite"], Told(1, err: "^ARGV0: option '--rewrite' requires an argument\n$")),
      // Options end at the command.
      Row(.dumbInit, ["echo", "-v", "--help"], Told(0, out: "^-v --help\n$")),
      Row(.dumbInit, ["sh", "-c", "exit 3"], Told(3)),
      Row(.dumbInit, ["-c", "echo", "--", "x"], Told(0, out: "^-- x\n$")),
      // What is done is said, on standard error.
      Row(.dumbInit, ["-v", "echo", "me"], Told(0, out: "^me\n$", err: said)),
      Row(.dumbInit, ["--verbose", "--", "echo", "me"], Told(0, out: "^me\n$", err: said)),
      Row(.dumbInit, ["echo", "me"], env: ["DUMB_INIT_DEBUG=1"], Told(0, out: "^me\n$", err: said)),
      Row(.dumbInit, ["true"], env: ["DUMB_INIT_DEBUG=0"], Told(0)),
      Row(.dumbInit, ["true"], env: ["DUMB_INIT_DEBUG="], Told(0)),
      Row(.dumbInit, ["true"], env: ["DUMB_INIT_DEBUG=yes"], Told(0)),
      Row(.dumbInit, ["-v", "true"], env: ["DUMB_INIT_DEBUG=0"], Told(0, err: said)),
      // SIGCHLD ignored from the start: no reason to wait for ever.
      Row(.dumbInit, [Place.probe, "exit", "5"], via: [["ignore", "17"]], Told(5)),
      Row(.dumbInit, [Place.probe, "orphans", "5"], via: [["middle"], ["ignore", "17"]], Told(0, out: "^reaped 5\n")),
    ]
    + ["15", "15:", ":15", "0:15", "TERM", "15:-1", "-1:15", "65:1", "15:65", "0x0f:2", "15 :2", "", "NOPE:2", "15:NOPE"].map {
      Row(.dumbInit, ["-r", $0, "true"], Told(1, err: "^Usage: -r option takes <signum>:<signum>"))
    }
  @Test(arguments: same) func sameAsDumbInit(_ row: Row) throws { try row.check() }

  private static func failed(_ text: String) -> String { #"^\[dumb-init\] "# + text }
  static let better: [Row] = [
    Row(
      .dumbInit, ["/nonexistent"], original: Told(2, err: failed("/nonexistent: No such file or directory\n$")),
      swinit: Told(127, err: failed("/nonexistent: No such file or directory"))),
    Row(
      .dumbInit, ["-c", "no-such-word"], original: Told(2, err: failed("no-such-word: No such file or directory\n$")),
      swinit: Told(127, err: failed("no-such-word: No such file or directory"))),
    Row(
      .dumbInit, ["/etc/passwd"], original: Told(2, err: failed("/etc/passwd: Permission denied\n$")),
      swinit: Told(126, err: failed("/etc/passwd: Permission denied"))),
    Row(
      .dumbInit, ["/etc"], original: Told(2, err: failed("/etc: Permission denied\n$")),
      swinit: Told(126, err: failed("/etc: Permission denied"))),
    // Signals by name.
    Row(
      .dumbInit, ["-r", "TERM:INT", "true"], original: Told(1, err: "^Usage: -r option takes <signum>:<signum>"), swinit: Told(0)),
  ]
  @Test(arguments: better) func betterThanDumbInit(_ row: Row) throws { try row.check() }

  @Test(
    arguments: [
      (["-r", "15:2"], [], 15, 2), (["-r15:2"], [], 15, 2), (["--rewrite=15:2"], [], 15, 2), (["--rewrite", "15:2"], [], 15, 2),
      (["--rew", "15:2"], [], 15, 2), (["-cvr", "15:2"], [], 15, 2), (["-cr15:2"], [], 15, 2), (["-r", "15:2"], [], 1, 1),
      (["-r", "15:2", "-r", "1:3"], [], 1, 3),
      // The last one counts, and what it makes is not rewritten again.
      (["-r", "15:2", "-r", "15:10"], [], 15, 10), (["-r", "15:2", "-r", "2:1"], [], 15, 2),
      (["-r", "15:0"], [], 15, nil), (["-r", "15:0"], [], 2, 2), (["-r", "11:12"], [], 11, 12),
      // A stop is SIGSTOP by default in a session of its own only, and only where it is not rewritten.
      (["-r", "20:20"], [], 20, 20), (["-r", "20:0"], [], 20, nil), (["-r", "21:10"], [], 21, 10), (["-r", "22:22"], [], 22, 22),
      (["-c"], [], 20, 20), (["-c"], [], 21, 21), (["-c"], [], 22, 22), (["-c", "-r", "20:10"], [], 20, 10),
      ([], ["DUMB_INIT_SETSID=0"], 20, 20), (["-r", "20:10"], ["DUMB_INIT_SETSID=0"], 20, 10),
      // The faults are forwarded too.
      ([], [], 4, 4), ([], [], 5, 5), ([], [], 6, 6), ([], [], 7, 7), ([], [], 8, 8), ([], [], 11, 11), ([], [], 31, 31),
    ] as [([String], [String], Int32, Int32?)])
  func rewrite(_ options: [String], _ env: [String], _ sent: Int32, _ expected: Int32?) throws {
    for player in try Player.both(.dumbInit) {
      try PersonalityTests.check(player, options, env: env, sent: sent, arrivesAs: expected)
    }
  }

  /// A command that catches the terminal's stops has nobody in its session who would continue it.
  @Test(arguments: [SIGTSTP, SIGTTIN, SIGTTOU]) func stopsAreSIGSTOP(_ signal: Int32) throws {
    for player in try Player.both(.dumbInit) {
      // All signals are blocked in it: only SIGSTOP can stop it.
      let session = try player.start(["--", Place.probe, "signals", "64"])
      try session.line("ready")
      let command = try #require(children(of: session.pid).first)
      session.send(signal)
      try session.eventually("the command to stop") { status(command, "State")?.hasPrefix("T") == true }
      session.send(SIGCONT)
      try session.line("signal 18")
      session.send(64)
      #expect(try session.finish().out == "ready\nsignal 18\nsignal 64\n", "\(player)")
    }
  }

  /// Under a shell it stops with its command, so that the shell takes notice, and SIGCONT wakes both.
  @Test(arguments: [[], ["-c"]], [SIGTSTP, SIGTTOU]) func stopsItselfWhenNotPID1(_ options: [String], _ signal: Int32) throws {
    for player in try Player.both(.dumbInit) {
      let session = try player.start(options + ["--", Place.probe, "hold"], via: [["middle"]])
      try session.line("ready")
      let pid = try #require(children(of: session.pid).first)
      let command = try #require(children(of: pid).first)
      // No shell is here, which makes this an orphaned group: in it the command does not stop by the terminal's signals.
      let stopped = options.isEmpty ? [pid, command] : [pid]
      kill(pid, signal)
      try session.eventually("them to stop") { stopped.allSatisfy { status($0, "State")?.hasPrefix("T") == true } }
      kill(pid, SIGCONT)
      try session.eventually("them to go on") { stopped.allSatisfy { status($0, "State")?.hasPrefix("S") == true } }
      kill(pid, SIGTERM)
      #expect(try session.finish().end == .code(143), "\(player)")
    }
  }

  /// dumb-init sends TERM and ends at once, so that the kernel kills what is about to end well.
  @Test func leftoversHaveTime() throws {
    for player in try Player.both(.dumbInit) {
      let run = try player.run(["--", Place.probe, "leave", "6", "tells", "late"])
      #expect(run.end == .code(6), "\(player)")
      #expect(run.out.contains("late got 15\n") == player.isSwinit, "\(player): \(run.out)")
      #expect(!player.isSwinit || run.out.contains("tells got 15\n"), "\(player): \(run.out)")
    }
  }

  /// What it says while it waits has dumb-init's form.
  @Test func progressHasItsForm() throws {
    let player = try Player(swinitAs: "dumb-init")
    let run = try player.run(["--", Place.probe, "leave", "6", "late"])
    #expect(run.end == .code(6))
    #expect(run.err.range(of: #"^\[dumb-init\] .*late \(\d+\)"#, options: .regularExpression) != nil, "\(run.err)")
  }

  /// `docker run -it` where PID 1 does not lead the terminal's session: dumb-init's command loses the terminal.
  @Test func terminalOfAnotherSession() throws {
    for player in try Player.both(.dumbInit) {
      let terminal = try Terminal()
      let scratch = try Scratch()
      let run = try player.run(
        ["--", Place.probe, "state", "\(scratch.path)/state"], via: [["tty", terminal.path, "0,1,2"], ["middle"]], tty: terminal)
      #expect(run.end == .code(0), "\(player)")
      let got = try CommandState(line: try scratch.read("state"))
      #expect(got.ttyPgrp == (player.isSwinit ? got.pid : -1), "\(player)")
      #expect(!player.isSwinit || got.pgrp == got.pid)
    }
  }
}
