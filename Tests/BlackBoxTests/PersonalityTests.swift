import Foundation
import Glibc
import Testing

/// The inits that swinit stands in for.
enum Peer: String, CaseIterable, Sendable {
  case tini = "tini-static"
  case dumbInit = "dumb-init"
  case catatonit
}

/// Who plays a peer's part: the peer itself, as Debian has it, or swinit by its name.
struct Player: Sendable, CustomStringConvertible {
  let program: String
  let isSwinit: Bool

  init(_ peer: Peer) {
    program = "/usr/bin/\(peer.rawValue)"
    isSwinit = false
  }

  init(swinitAs name: String) throws {
    program = try Self.link(name)
    isSwinit = true
  }

  static func both(_ peer: Peer) throws -> [Player] { [Player(peer), try Player(swinitAs: peer.rawValue)] }

  var description: String { isSwinit ? "swinit as \(program.split(separator: "/").last!)" : program }

  func start(
    _ words: [String], env: [String] = [], via: [[String]] = [], input: Session.Input = .null, tty: Terminal? = nil
  ) throws -> Session {
    try Session(words, env: env, via: via, input: input, tty: tty, program: program)
  }

  func run(_ words: [String], env: [String] = [], via: [[String]] = [], tty: Terminal? = nil) throws -> Outcome {
    try start(words, env: env, via: via, tty: tty).finish()
  }

  /// Where swinit has the names: one directory for all tests, gone when they are over.
  private static let names: String = {
    let path = "/tmp/swinit-test-names-\(getpid())"
    try? FileManager.default.removeItem(atPath: path)
    mkdir(path, 0o755)
    atexit { try? FileManager.default.removeItem(atPath: "/tmp/swinit-test-names-\(getpid())") }
    return path
  }()

  private static func link(_ name: String) throws -> String {
    let path = "\(names)/\(name)"
    guard symlink(Place.swinit, path) == 0 || errno == EEXIST else { throw Trouble("symlink \(path): errno \(errno)") }
    return path
  }
}

/// A code, and the form of what is said on each stream: a regular expression in which ARGV0 is the program as it was called.
/// nil: nothing is said.
struct Told: Sendable {
  let code: Int32
  let out: String?
  let err: String?

  init(_ code: Int32, out: String? = nil, err: String? = nil) {
    self.code = code
    self.out = out
    self.err = err
  }

  func check(_ run: Outcome, _ player: Player) {
    #expect(run.end == .code(code), "\(player); stdout: \(run.out) stderr: \(run.err)")
    check(run.out, out, "\(player), stdout", player)
    check(run.err, err, "\(player), stderr", player)
  }

  private func check(_ text: String, _ form: String?, _ where: String, _ player: Player) {
    guard let form else {
      #expect(text == "", "\(`where`)")
      return
    }
    let pattern = form.replacingOccurrences(of: "ARGV0", with: NSRegularExpression.escapedPattern(for: player.program))
    #expect(text.range(of: pattern, options: .regularExpression) != nil, "\(`where`) has no \(pattern): \(text)")
  }
}

/// One call, of the peer and of swinit by its name.
struct Row: Sendable, CustomTestStringConvertible {
  let peer: Peer
  let words: [String]
  let env: [String]
  let via: [[String]]
  let original: Told
  let swinit: Told

  /// Both do the same.
  init(_ peer: Peer, _ words: [String], env: [String] = [], via: [[String]] = [], _ told: Told) {
    self.init(peer, words, env: env, via: via, original: told, swinit: told)
  }

  /// swinit does better.
  init(_ peer: Peer, _ words: [String], env: [String] = [], via: [[String]] = [], original: Told, swinit: Told) {
    self.peer = peer
    self.words = words
    self.env = env
    self.via = via
    self.original = original
    self.swinit = swinit
  }

  var testDescription: String {
    let words = words.map { $0 == Place.probe ? "probe" : $0.isEmpty ? "''" : $0 }
    return (via.map { "via \($0.joined(separator: " ")):" } + env + [peer.rawValue] + words).joined(separator: " ")
  }

  func check() throws {
    for player in try Player.both(peer) {
      (player.isSwinit ? swinit : original).check(try player.run(words, env: env, via: via), player)
    }
  }
}

/// swinit by the names of others: what all of them have in common.
@Suite struct PersonalityTests {
  // MARK: Whose part it takes

  @Test(
    arguments: [
      ("tini", "--version", "^tini version "), ("tini-static", "--version", "^tini version "),
      ("docker-init", "--version", "^tini version "), ("catatonit", "--version", "^tini version "),
      ("podman-init", "-V", "^tini version "), ("swinit", "--version", "^swinit "), ("init", "--version", "^swinit "),
      ("tinix", "--version", "^swinit "), ("my-tini", "--version", "^swinit "), ("docker-init.old", "--version", "^swinit "),
      ("catatonit2", "--version", "^swinit "),
    ])
  func nameDecides(_ name: String, _ option: String, _ version: String) throws {
    let player = try Player(swinitAs: name)
    Told(0, out: "\(version)[0-9][^ \n]*\n$").check(try player.run([option]), player)
  }

  /// Only argument zero counts, not where the file is.
  @Test(
    arguments: [
      ("/any/where/docker-init", "tini "), ("catatonit", "tini "), ("/dumb-init/swinit", "swinit "), ("-tini", "swinit "),
    ])
  func argumentZeroDecides(_ name: String, _ version: String) throws {
    let run = try Session.run(["--version"], via: [["argv0", name]])
    #expect(run.end == .code(0))
    #expect(run.out.hasPrefix(version), "\(run.out)")
  }

  /// As the engine's parseInitVersion() reads it: neither the version nor the commit may be missing from both parts.
  @Test(arguments: ["docker-init", "tini", "tini-static"]) func versionForDocker(_ name: String) throws {
    for player in [Player(.tini), try Player(swinitAs: name)] {
      let run = try player.run(["--version"])
      #expect(run.end == .code(0))
      let parts = run.out.components(separatedBy: " - ")
      let version = parts[0].trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(version.hasPrefix("tini version "), "\(player)")
      #expect(version.dropFirst("tini version ".count).range(of: #"^\S+$"#, options: .regularExpression) != nil, "\(version)")
      #expect(parts.count == 1 || parts[1].trimmingCharacters(in: .whitespacesAndNewlines).hasPrefix("git."))
      #expect(run.err == "")
    }
  }

  // MARK: The command

  static let commands: [Row] = Peer.allCases.flatMap { peer in
    [
      Row(peer, ["--", Place.probe, "exit", "0"], Told(0)),
      Row(peer, ["--", Place.probe, "exit", "42"], Told(42)),
      Row(peer, [Place.probe, "exit", "255"], Told(255)),
      Row(peer, ["--", Place.probe, "die", "9"], Told(137)),
      Row(peer, ["--", Place.probe, "die", "15"], Told(143)),
      Row(peer, ["--", Place.probe, "die", "11"], Told(139)),
      Row(peer, ["--", Place.probe, "die", "64"], Told(192)),
      Row(peer, ["--", "sh", "-c", "echo out; echo err >&2; exit 3"], Told(3, out: "^out\n$", err: "^err\n$")),
      Row(peer, ["--", "echo", "--", "-v", "-h"], Told(0, out: "^-- -v -h\n$")),
      // Reaped at once: a zombie's number would stay taken, and this would wait for ever.
      Row(peer, ["--", Place.probe, "orphans", "20"], Told(0, out: "^reaped 20\n$")),
      Row(peer, ["--", Place.probe, "exit", "5"], via: [["zombies", "3"]], Told(5)),
      Row(peer, ["--", Place.probe, "exit", "5"], via: [["block", "17"]], Told(5)),
    ]
  }
  @Test(arguments: commands) func command(_ row: Row) throws { try row.check() }

  /// In place of an init that is not PID 1 too.
  @Test(arguments: [Row(.tini, ["-s", "--", "true"], Told(0, out: "ended with 0"))] + rowsOfDumbInitAndCatatonit)
  func notPID1(_ row: Row) throws { try Row(row.peer, row.words, via: [["middle"]], row.original).check() }
  static let rowsOfDumbInitAndCatatonit: [Row] = [Peer.dumbInit, .catatonit].map {
    Row($0, ["--", Place.probe, "exit", "7"], Told(7, out: "ended with 7"))
  }

  // MARK: What the command finds

  enum Leads: Sendable { case session, group, nothing }

  @Test(
    arguments: [
      (.tini, [], [], .group), (.tini, ["-g", "-s"], [], .group), (.catatonit, [], [], .group), (.catatonit, ["-g"], [], .group),
      (.dumbInit, [], [], .session), (.dumbInit, ["-c"], [], .nothing), (.dumbInit, ["--single-child"], [], .nothing),
      (.dumbInit, ["--sing", "-v"], [], .nothing),
      (.dumbInit, [], ["DUMB_INIT_SETSID=0"], .nothing), (.dumbInit, [], ["DUMB_INIT_SETSID="], .session),
      (.dumbInit, [], ["DUMB_INIT_SETSID=no"], .session), (.dumbInit, [], ["DUMB_INIT_SETSID=1"], .session),
      (.dumbInit, ["-c"], ["DUMB_INIT_SETSID=1"], .nothing),
    ] as [(Peer, [String], [String], Leads)])
  func sessionAndGroup(_ peer: Peer, _ options: [String], _ env: [String], _ leads: Leads) throws {
    for player in try Player.both(peer) {
      let got = try player.run(options + ["--", Place.probe, "state"], env: env).state()
      let found: Leads = got.sid == got.pid ? .session : got.pgrp == got.pid ? .group : .nothing
      #expect(found == leads, "\(player)")
      #expect(got.pid == 2 && got.ppid == 1, "\(player)")
    }
  }

  /// The peers' variables stay the command's; nothing is added to them.
  @Test(
    arguments: [
      (.tini, ["TINI_SUBREAPER=1", "TINI_KILL_PROCESS_GROUP=1", "TINI_VERBOSITY=1"]),
      (.dumbInit, ["DUMB_INIT_DEBUG=0", "DUMB_INIT_SETSID=1"]), (.catatonit, ["CATATONIT=1"]),
    ] as [(Peer, [String])])
  func environment(_ peer: Peer, _ env: [String]) throws {
    let states = try Player.both(peer).map {
      try $0.run(["--", Place.probe, "state"], env: env + ["PATH=/usr/bin:/bin"], via: [["chdir", "/usr"], ["umask", "027"]])
        .state()
    }
    #expect(states[0].env == states[1].env)
    #expect(states[1].env.sorted() == (env + ["PATH=/usr/bin:/bin"]).sorted())
    #expect(states[0].argv == states[1].argv)
    #expect(states[1].cwd == "/usr" && states[0].cwd == states[1].cwd)
    #expect(states[0].umask == states[1].umask)
    #expect(states[0].fds.keys.sorted() == ["0", "1", "2"] && states[1].fds.keys.sorted() == ["0", "1", "2"])
    #expect(states[0].limits == states[1].limits)
  }

  /// tini passes the mask and what is ignored on; dumb-init resets both, catatonit adds to the mask: under swinit both arrive.
  @Test(
    arguments: [
      (.tini, [10, 12], [1, 13]), (.dumbInit, [], []), (.catatonit, [10, 12, 20, 21, 22], [1, 13]),
    ] as [(Peer, [Int32], [Int32])])
  func maskAndDispositions(_ peer: Peer, _ blocked: [Int32], _ ignored: [Int32]) throws {
    for player in try Player.both(peer) {
      let got = try player.run(["--", Place.probe, "state"], via: [["block", "10,12"], ["ignore", "1,13"]]).state()
      #expect(got.blocked == (player.isSwinit ? [10, 12] : blocked), "\(player)")
      #expect(got.ignored == (player.isSwinit ? [1, 13] : ignored), "\(player)")
    }
  }

  /// A socket-activated command: only catatonit knows it, and swinit by all names.
  @Test(arguments: Peer.allCases) func listenPID(_ peer: Peer) throws {
    for player in try Player.both(peer) {
      let got = try player.run(["--", Place.probe, "state"], via: [["listen", "1"]]).state()
      #expect(got.variable("LISTEN_PID") == (player.isSwinit || peer == .catatonit ? "2" : "1"), "\(player)")
    }
  }

  // MARK: Signals

  /// Those that nobody keeps to himself.
  static let passedOnByAll: [Int32] = [
    SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGSTKFLT, SIGCONT, SIGURG, SIGXCPU, SIGVTALRM, SIGPROF,
    SIGWINCH, SIGIO, SIGPWR, 34, 63, 64,
  ]
  @Test(arguments: Peer.allCases, [[], ["other"]]) func forwarded(_ peer: Peer, _ way: [String]) throws {
    let group = peer == .dumbInit ? "-c" : "-g"
    for player in try Player.both(peer) {
      let session = try player.start((way.isEmpty ? [] : [group]) + ["--", Place.probe, "signals", "64"])
      try session.line("ready")
      for signal in Self.passedOnByAll {
        session.send(signal)
        #expect(try session.line("signal ") == "signal \(signal)", "\(player)")
      }
      #expect(try session.finish().end == .code(0), "\(player)")
    }
  }

  /// What the command gets of `sent`: `expected` and nothing else.
  static func check(
    _ player: Player, _ options: [String], env: [String] = [], sent: Int32, arrivesAs expected: Int32?,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let session = try player.start(options + ["--", Place.probe, "signals", "64"], env: env)
    try session.line("ready")
    session.send(sent)
    // One after the other: signals that wait together have no order.
    if let expected { try session.line("signal \(expected)") }
    session.send(64)
    let run = try session.finish()
    #expect(run.end == .code(0), "\(player)", sourceLocation: location)
    let got = run.out.split(separator: "\n")
    let wanted = ["ready"] + (expected.map { ["signal \($0)"] } ?? []) + ["signal 64"]
    #expect(got.map(String.init) == wanted, "\(player)", sourceLocation: location)
  }

  /// The faults and the terminal's stops, sent by somebody: none is lost under any name.
  @Test(
    arguments: [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGTTIN, SIGTTOU, SIGTSTP], [Peer.tini, .catatonit])
  func signalsThatPeersLose(_ signal: Int32, _ peer: Peer) throws {
    for player in try Player.both(peer) {
      let isPassedOn = player.isSwinit || (peer == .tini && signal == SIGTSTP)
      try Self.check(player, [], sent: signal, arrivesAs: isPassedOn ? signal : nil)
    }
  }

  @Test(arguments: Peer.allCases) func childSignalIsNotForwarded(_ peer: Peer) throws {
    for player in try Player.both(peer) { try Self.check(player, [], sent: SIGCHLD, arrivesAs: nil) }
  }

  /// Whether a member of the command's group gets a signal. It has all of them blocked, so the lower number comes first. The shell does
  /// not `wait` for it: a trap that comes right before that is run after it only.
  static func reachesTheGroup(_ player: Player, _ options: [String], env: [String]) throws -> Bool {
    let script = #"""
      trap 'echo parent' USR1
      trap 'kill -12 $member 2>/dev/null; wait $member; exit 4' USR2
      "$0" signals 12 & member=$!
      while :; do sleep 0.01; done
      """#
    let session = try player.start(options + ["--", "sh", "-c", script, Place.probe], env: env)
    try session.line("ready")
    session.send(SIGUSR1)
    try session.line("parent")
    session.send(SIGUSR2)
    let run = try session.finish()
    #expect(run.end == .code(4), "\(player)")
    return run.out.contains("signal 10\n")
  }

  @Test(
    arguments: [
      (.tini, [], [], false), (.tini, ["-g"], [], true), (.tini, ["-sg"], [], true), (.tini, ["-v", "-g"], [], true),
      (.tini, [], ["TINI_KILL_PROCESS_GROUP=1"], true), (.tini, [], ["TINI_KILL_PROCESS_GROUP=yes"], true),
      (.dumbInit, [], [], true), (.dumbInit, ["-c"], [], false), (.dumbInit, [], ["DUMB_INIT_SETSID=0"], false),
      (.catatonit, [], [], false), (.catatonit, ["-g"], [], true),
    ] as [(Peer, [String], [String], Bool)])
  func whoGetsSignals(_ peer: Peer, _ options: [String], _ env: [String], _ group: Bool) throws {
    for player in try Player.both(peer) {
      #expect(try Self.reachesTheGroup(player, options, env: env) == group, "\(player)")
    }
  }

  // MARK: The terminal

  @Test(arguments: Peer.allCases) func commandIsInTheForeground(_ peer: Peer) throws {
    for player in try Player.both(peer) {
      let terminal = try Terminal()
      let scratch = try Scratch()
      let run = try player.run(
        ["--", Place.probe, "state", "\(scratch.path)/state"], via: [["tty", terminal.path, "0,1,2"]], tty: terminal)
      #expect(run.end == .code(0), "\(player)")
      let got = try CommandState(line: try scratch.read("state"))
      #expect(got.ttyPgrp == got.pid && got.pgrp == got.pid, "\(player)")
      #expect((got.sid == got.pid) == (peer == .dumbInit), "\(player)")
    }
  }

  /// The terminal's signals come once; those that come of giving it to the command's session do not come at all.
  @Test(arguments: Peer.allCases) func terminalSignals(_ peer: Peer) throws {
    for player in try Player.both(peer) {
      let terminal = try Terminal()
      let session = try player.start(["--", Place.probe, "signals", "64"], via: [["tty", terminal.path, "0"]], tty: terminal)
      try session.line("ready")
      terminal.type("\u{3}")
      try session.line("signal 2")
      terminal.resize(rows: 33, columns: 99)
      try session.line("signal 28")
      session.send(SIGTERM)
      try session.line("signal 15")
      session.send(64)
      #expect(try session.finish().out == "ready\nsignal 2\nsignal 28\nsignal 15\nsignal 64\n", "\(player)")
    }
  }
}
