import Glibc
import Testing

/// swinit as catatonit and podman-init.
@Suite struct PersonalityTestsCatatonit {
  private static let usage = #"(?m)usage: catatonit \[-ghLPV\] \[--\] <progname> \[<arguments>\.\.\.\]$"#
  private static let version = #"^tini version \S+\n$"#

  static let same: [Row] = [
    Row(.catatonit, ["-V"], Told(0, out: version)),
    Row(.catatonit, ["--version"], Told(0, out: version)),
    Row(.catatonit, ["--vers"], Told(0, out: version)),
    Row(.catatonit, ["-gV"], Told(0, out: version)),
    Row(.catatonit, ["-PV"], Told(0, out: version)),
    Row(.catatonit, ["-g", "--version", "true"], Told(0, out: version)),
    Row(.catatonit, ["-h"], Told(0, err: usage)),
    Row(.catatonit, ["-gPh"], Told(0, err: usage)),
    Row(.catatonit, ["-L"], Told(0, out: "(?i)licen[cs]e")),
    Row(.catatonit, [], Told(1, err: #"^ERROR \(catatonit:1\): missing program name"#)),
    Row(.catatonit, [], Told(1, err: usage)),
    Row(.catatonit, ["--"], Told(1, err: #"^ERROR \(catatonit:1\): missing program name"#)),
    Row(.catatonit, ["-g"], Told(1, err: #"^ERROR \(catatonit:1\): missing program name"#)),
    Row(.catatonit, ["-Z"], Told(1, err: "^ARGV0: invalid option -- 'Z'\n")),
    Row(.catatonit, ["-gZ", "--", "true"], Told(1, err: "^ARGV0: invalid option -- 'Z'\n")),
    Row(.catatonit, ["--bogus"], Told(1, err: "^ARGV0: unrecognized option '--bogus'\n")),
    Row(.catatonit, ["--help"], Told(1, err: "^ARGV0: unrecognized option '--help'\n")),
    Row(.catatonit, ["--version=1"], Told(1, err: "^ARGV0: option '--version' doesn't allow an argument\n")),
    Row(.catatonit, ["-g", "--", Place.probe, "exit", "9"], Told(9)),
    Row(
      .catatonit, ["--", "echo", "me"], env: ["CATATONIT_DEBUG=1"],
      Told(0, out: "^me\n$", err: #"(?m)^DEBUG \(catatonit:1\): .+$"#)),
  ]
  @Test(arguments: same) func sameAsCatatonit(_ row: Row) throws { try row.check() }

  private static func failed(_ text: String) -> String { #"^ERROR \(catatonit:\d+\): failed to exec pid1: "# + text }
  static let better: [Row] = [
    // Options end at the command.
    Row(.catatonit, ["sh", "-c", "exit 3"], original: Told(1, err: "invalid option -- 'c'"), swinit: Told(3)),
    Row(.catatonit, ["echo", "-V"], original: Told(0, out: "^tini version"), swinit: Told(0, out: "^-V\n$")),
    Row(.catatonit, ["echo", "--", "-g"], original: Told(0, out: "^-g\n$"), swinit: Told(0, out: "^-- -g\n$")),
    // Codes that tell why, and the command's name.
    Row(
      .catatonit, ["--", "/nonexistent"], original: Told(1, err: failed("No such file or directory\n$")),
      swinit: Told(127, err: failed("No such file or directory.*/nonexistent"))),
    Row(
      .catatonit, ["--", "no-such-word"], original: Told(1, err: failed("No such file or directory\n$")),
      swinit: Told(127, err: failed("No such file or directory.*no-such-word"))),
    Row(
      .catatonit, ["--", "/etc/passwd"], original: Told(1, err: failed("Permission denied\n$")),
      swinit: Told(126, err: failed("Permission denied.*/etc/passwd"))),
    Row(
      .catatonit, ["--", "/etc"], original: Told(1, err: failed("Permission denied\n$")),
      swinit: Told(126, err: failed("Permission denied.*/etc"))),
  ]
  @Test(arguments: better) func betterThanCatatonit(_ row: Row) throws { try row.check() }

  /// As podman calls it: `/run/podman-init -- CMD ARGS`. Its name is in the words of getopt, catatonit's in its own.
  @Test func asPodmanCallsIt() throws {
    let player = try Player(swinitAs: "podman-init")
    Told(3, out: "^-c -V\n$").check(try player.run(["--", "sh", "-c", #"echo "$@"; exit 3"#, "sh", "-c", "-V"]), player)
    Told(1, err: "^ARGV0: invalid option -- 'Z'\n").check(try player.run(["-Z"]), player)
    Told(1, err: #"^ERROR \(catatonit:1\): missing program name"#).check(try player.run([]), player)
  }

  // MARK: The terminal's stop

  /// catatonit's command has SIGTSTP blocked: Ctrl-Z does nothing.
  @Test func suspendKey() throws {
    let terminal = try Terminal()
    let player = try Player(swinitAs: "catatonit")
    let session = try player.start(["--", Place.probe, "hold"], via: [["tty", terminal.path, "0"]], tty: terminal)
    try session.line("ready")
    let command = try #require(children(of: session.pid).first)
    terminal.type("\u{1a}")
    try session.eventually("the command to stop") { status(command, "State")?.hasPrefix("T") == true }
    session.send(SIGCONT)
    try session.eventually("the command to go on") { status(command, "State")?.hasPrefix("S") == true }
    session.send(SIGTERM)
    #expect(try session.finish().end == .code(143))
  }

  // MARK: The pause of a pod

  /// A pause that has begun: its signals are its own.
  private func pause(_ player: Player, _ words: [String] = ["-P"], env: [String] = [], via: [[String]] = []) throws -> Session {
    let session = try player.start(words, env: env, via: via)
    try session.eventually("the pause") {
      target("/proc/\(session.pid)/exe") == real(player.program) && waits(session.pid, player)
    }
    return session
  }

  /// The peer has SIGTERM blocked for good. swinit sleeps, with the faults caught: its wait shows SIGTERM as not blocked, and a runtime
  /// that starts blocks it for a moment, only to drop what came.
  private func waits(_ pid: pid_t, _ player: Player) -> Bool {
    func has(_ signal: Int32, _ set: String) -> Bool {
      status(pid, set).flatMap { UInt64($0, radix: 16) }.map { $0 & 1 << UInt64(signal - 1) != 0 } == true
    }
    guard player.isSwinit else { return has(SIGTERM, "SigBlk") }
    return has(SIGSEGV, "SigCgt") && status(pid, "State")?.hasPrefix("S") == true
  }

  private func real(_ program: String) -> String {
    guard let path = realpath(program, nil) else { return program }
    defer { free(path) }
    return String(cString: path)
  }

  @Test(arguments: [["-P"], ["-gP"], ["-P", "--", "/nonexistent", "word"], ["-P", "true"]], [SIGTERM, SIGINT])
  func pauseEnds(_ words: [String], _ signal: Int32) throws {
    for player in try Player.both(.catatonit) + [Player(swinitAs: "podman-init")] {
      let session = try pause(player, words)
      session.send(signal)
      Told(0).check(try session.finish(), player)
    }
  }

  /// Not by anything else.
  @Test func pauseStays() throws {
    let ignored = [
      SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU, SIGCHLD, SIGWINCH, SIGPWR,
    ]
    for player in try Player.both(.catatonit) {
      let session = try pause(player)
      for signal in ignored + [SIGSEGV, SIGABRT, 34, 64] {
        session.send(signal)
        try session.eventually("signal \(signal) to be taken") { status(session.pid, "ShdPnd") == "0000000000000000" }
        try session.eventually("it to sleep on") { status(session.pid, "State")?.hasPrefix("S") == true }
        #expect(session.end == nil, "\(player): \(signal)")
      }
      session.send(SIGTERM)
      Told(0).check(try session.finish(), player)
    }
  }

  @Test func pauseReaps() throws {
    for player in try Player.both(.catatonit) {
      let session = try pause(player, via: [["children", "3"]])
      let all = children(of: session.pid)
      #expect(all.count == 3, "\(player)")
      kill(all[0], SIGKILL)
      try session.eventually("two to be left") { children(of: session.pid) == [all[1], all[2]] }
      kill(all[1], SIGTERM)
      kill(all[2], SIGTERM)
      try session.eventually("none to be left") { children(of: session.pid) == [] }
      session.send(SIGINT)
      Told(0).check(try session.finish(), player)
    }
  }

  /// Those of before its exec, and with SIGCHLD ignored.
  @Test(arguments: [[["zombies", "5"]], [["zombies", "5"], ["ignore", "17"]], [["block", "17"], ["zombies", "5"]]])
  func pauseReapsFromTheStart(_ via: [[String]]) throws {
    let session = try pause(try Player(swinitAs: "catatonit"), via: via)
    try session.eventually("none to be left") { children(of: session.pid) == [] }
    session.send(SIGTERM)
    #expect(try session.finish().end == .code(0))
  }

  /// It lasts as long as the pod: it must not hold open what it was started with.
  @Test func pauseHoldsNothing() throws {
    for player in try Player.both(.catatonit) {
      let session = try pause(player, via: [["open", "3,7"]])
      try session.eventually("its descriptors to be closed") {
        try !descriptors(of: session.pid).contains { $0.value == "/dev/zero" }
      }
      session.send(SIGTERM)
      #expect(try session.finish().end == .code(0), "\(player)")
    }
  }

  /// A pause that is not PID 1 takes what its children leave.
  @Test func pauseThatIsNotPID1() throws {
    for player in try Player.both(.catatonit) {
      let session = try player.start(["-P"], via: [["middle"]])
      try session.eventually("the pause") { !children(of: session.pid).isEmpty }
      let pause = try #require(children(of: session.pid).first)
      try session.eventually("its signals to be its own") {
        waits(pause, player)
      }
      kill(pause, SIGTERM)
      Told(0, out: "^middle: child ended with 0\n$").check(try session.finish(), player)
    }
  }

  /// Variables that a pod sets for its containers are none of its business.
  @Test func pauseWithVariables() throws {
    let session = try pause(try Player(swinitAs: "catatonit"), env: ["SWINIT_GRACE=nonsense", "SWINIT_PRE=/nonexistent"])
    session.send(SIGTERM)
    #expect(try session.finish().end == .code(0))
  }
}
