import Glibc
import Testing

/// What swinit adds under every name: its variables, and what none of the peers' users could want otherwise.
@Suite struct PersonalityTestsVariables {
  static let names = ["tini", "docker-init", "dumb-init", "catatonit", "podman-init"]

  @Test(arguments: names) func exitMap(_ name: String) throws {
    let run = try Player(swinitAs: name).run(["--", Place.probe, "exit", "5"], env: ["SWINIT_EXIT_MAP=5:6"])
    #expect(run.end == .code(6))
  }

  @Test func exitMapBesideTheOption() throws {
    let player = try Player(swinitAs: "tini")
    #expect(try player.run(["-e", "3", "--", Place.probe, "exit", "3"], env: ["SWINIT_EXIT_MAP=5:6"]).end == .code(0))
    #expect(try player.run(["-e", "3", "--", Place.probe, "exit", "5"], env: ["SWINIT_EXIT_MAP=5:6"]).end == .code(6))
  }

  @Test(arguments: names) func rewrite(_ name: String) throws {
    let player = try Player(swinitAs: name)
    try PersonalityTests.check(player, [], env: ["SWINIT_REWRITE=TERM:USR1,HUP:0"], sent: SIGTERM, arrivesAs: SIGUSR1)
    try PersonalityTests.check(player, [], env: ["SWINIT_REWRITE=TERM:USR1,HUP:0"], sent: SIGHUP, arrivesAs: nil)
  }

  @Test func rewriteBesideTheOption() throws {
    let player = try Player(swinitAs: "dumb-init")
    let env = ["SWINIT_REWRITE=HUP:USR1"]
    try PersonalityTests.check(player, ["-r", "15:2"], env: env, sent: SIGTERM, arrivesAs: SIGINT)
    try PersonalityTests.check(player, ["-r", "15:2"], env: env, sent: SIGHUP, arrivesAs: SIGUSR1)
  }

  /// Who rewrites a stop means it: dumb-init's default gives way, as it does to -r.
  @Test func rewriteOfAStop() throws {
    let player = try Player(swinitAs: "dumb-init")
    try PersonalityTests.check(player, [], env: ["SWINIT_REWRITE=TSTP:TSTP"], sent: SIGTSTP, arrivesAs: SIGTSTP)
    try PersonalityTests.check(player, [], env: ["SWINIT_REWRITE=TSTP:USR1"], sent: SIGTSTP, arrivesAs: SIGUSR1)
    try PersonalityTests.check(player, [], env: ["SWINIT_REWRITE=TTIN:0"], sent: SIGTTIN, arrivesAs: nil)
  }

  @Test(
    arguments: [
      ("tini", "group", true), ("tini", "child", false), ("dumb-init", "child", false), ("catatonit", "group", true),
    ])
  func signalTarget(_ name: String, _ target: String, _ group: Bool) throws {
    let player = try Player(swinitAs: name)
    #expect(try PersonalityTests.reachesTheGroup(player, [], env: ["SWINIT_SIGNAL_TARGET=\(target)"]) == group)
  }

  /// tini and catatonit end at once, unless they are asked to wait.
  @Test(arguments: names) func grace(_ name: String) throws {
    let run = try Player(swinitAs: name).run(["--", Place.probe, "leave", "6", "tells"], env: ["SWINIT_GRACE=8s"])
    #expect(run.end == .code(6))
    #expect(run.out.contains("tells got 15\n"))
  }

  @Test(arguments: names) func environmentAndDirectory(_ name: String) throws {
    let got = try Player(swinitAs: name).run(
      ["--", Place.probe, "state"], env: ["SWINIT_ENV=A=b c", "SWINIT_CHDIR=/usr/bin", "SWINIT_USER=65534:65534"]
    ).state()
    #expect(got.variable("A") == "b c")
    #expect(got.cwd == "/usr/bin")
    #expect(got.uids.allSatisfy { $0 == 65534 } && got.gids.allSatisfy { $0 == 65534 })
    #expect(!got.env.contains { $0.hasPrefix("SWINIT_") }, "\(got.env)")
  }

  @Test(arguments: names) func report(_ name: String) throws {
    let run = try Player(swinitAs: name).run(["--", Place.probe, "exit", "3"], env: ["SWINIT_REPORT=1"])
    #expect(run.end == .code(3))
    let lines = run.err.split(separator: "\n")
    #expect(lines.count == 1 && lines[0].hasPrefix(#"{"report":"swinit","#), "\(run.err)")
    #expect(run.out == "")
  }

  @Test(arguments: names) func hooks(_ name: String) throws {
    let run = try Player(swinitAs: name).run(
      ["--", "echo", "command"], env: ["SWINIT_PRE=echo before", "SWINIT_POST=echo after"])
    #expect(run.end == .code(0))
    #expect(run.out == "before\ncommand\nafter\n")
  }

  /// What is said has the form of the name.
  @Test(
    arguments: [
      ("tini", #"^(\[INFO  tini \(1\)\] .+\n)+$"#), ("docker-init", #"^(\[INFO  tini \(1\)\] .+\n)+$"#),
      ("dumb-init", #"^(\[dumb-init\] .+\n)+$"#), ("catatonit", #"^((DEBUG|INFO) \(catatonit:1\): .+\n)+$"#),
    ])
  func verbose(_ name: String, _ form: String) throws {
    let player = try Player(swinitAs: name)
    Told(0, err: form).check(try player.run(["--", "true"], env: ["SWINIT_VERBOSE=1"]), player)
  }

  /// A mistake in one of them is said before anything is started. They are swinit's own, so swinit says it.
  @Test(arguments: names) func mistake(_ name: String) throws {
    let run = try Player(swinitAs: name).run(["--", "echo", "started"], env: ["SWINIT_GRACE=soon"])
    #expect(run.end == .code(2))
    #expect(run.out == "")
    #expect(run.err.contains("SWINIT_GRACE") && run.err.contains("'soon'"), "\(run.err)")
    #expect(run.err.split(separator: "\n").count == 1)
  }

  /// The version is asked for by engines, whatever the variables hold.
  @Test(arguments: names) func versionWhateverTheVariables(_ name: String) throws {
    let run = try Player(swinitAs: name).run([name == "podman-init" ? "-V" : "--version"], env: ["SWINIT_GRACE=soon"])
    #expect(run.end == .code(0))
    #expect((name == "dumb-init" ? run.err : run.out).contains("v"))
  }

  // MARK: Faults

  /// SIGCHLD inherited as ignored: tini and catatonit wait for ever.
  @Test(arguments: names) func childSignalIgnored(_ name: String) throws {
    let player = try Player(swinitAs: name)
    let run = try player.run(["--", Place.probe, "exit", "5"], via: [["ignore", "17"]])
    #expect(run.end == .code(5))
    #expect(run.err == "")
    let burst = try player.run(["--", Place.probe, "orphans", "50"], via: [["ignore", "17"]])
    #expect(burst.out == "reaped 50\n")
  }

  /// catatonit looks for its child once, and where that has gone already it ends with an error instead.
  @Test(arguments: [Peer.tini, .catatonit]) func peersHangWithChildSignalIgnored(_ peer: Peer) throws {
    do {
      let run = try Player(peer).start(["--", Place.probe, "exit", "5"], via: [["ignore", "17"]]).finish(within: 1)
      #expect(peer == .catatonit && run.err.contains("self-check"), "\(run)")
    } catch is Trouble {}
  }

  /// Usage errors of a personality start nothing, and have its code.
  @Test(arguments: names) func usageError(_ name: String) throws {
    let player = try Player(swinitAs: name)
    Told(1, err: "^ARGV0: invalid option -- 'Z'\n").check(try player.run(["-Z", "--", "echo", "started"]), player)
  }
}
