import Glibc
import Testing

/// --rewrite, --signal-target, --drain, --kill-after, --pdeathsig.
@Suite struct SignalOptionTests {
  @Test(
    arguments: [
      ("TERM:QUIT", SIGTERM, SIGQUIT), ("SIGTERM:SIGINT", SIGTERM, SIGINT), ("term:usr1", SIGTERM, SIGUSR1),
      ("15:10", SIGTERM, SIGUSR1),
      ("RTMIN+3:TERM", 37, SIGTERM), ("RTMAX:HUP", 64, SIGHUP), ("RTMAX-1:RTMIN", 63, 34), ("USR1:INT,TERM:HUP", SIGTERM, SIGHUP),
      // A rewritten signal is not rewritten again.
      ("TERM:INT,INT:HUP", SIGTERM, SIGINT), ("SEGV:ABRT", SIGSEGV, SIGABRT),
    ] as [(String, Int32, Int32)])
  func rewrite(_ plan: String, _ sent: Int32, _ expected: Int32) throws {
    for (options, env) in [(["--rewrite", plan], []), ([], ["SWINIT_REWRITE=\(plan)"])] {
      let session = try Session(options + ["--", Place.probe, "signals", "\(expected)"], env: env)
      try session.line("ready")
      session.send(sent)
      let run = try session.finish()
      #expect(run.end == .code(0))
      #expect(run.out == "ready\nsignal \(expected)\n")
    }
  }

  @Test func rewriteToNothing() throws {
    let session = try Session(["--rewrite", "HUP:0", "--", Place.probe, "signals", "64"])
    try session.line("ready")
    session.send(SIGHUP)
    session.send(64)
    #expect(try session.finish().out == "ready\nsignal 64\n")
  }

  /// Two processes in the command's group.
  private static let pair = ["sh", "-c", #""$0" signals 15 & exec "$0" signals 64"#, Place.probe]

  @Test(arguments: [[], ["--signal-target", "group"], ["--signal-target=group"]])
  func groupIsTheStandardTarget(_ options: [String]) throws {
    let session = try Session(options + ["--"] + Self.pair)
    for _ in 0..<2 { try session.line("ready") }
    session.send(SIGUSR1)
    for _ in 0..<2 { try session.line("signal 10") }
    session.send(64)
    #expect(try session.finish().end == .code(0))
  }

  @Test(arguments: [(["--signal-target", "child"], []), ([], ["SWINIT_SIGNAL_TARGET=child"])] as [([String], [String])])
  func childAlone(_ options: [String], _ env: [String]) throws {
    let session = try Session(options + ["--"] + Self.pair, env: env)
    for _ in 0..<2 { try session.line("ready") }
    session.send(SIGUSR1)
    try session.line("signal 10")
    session.send(64)
    let run = try session.finish()
    // The other one takes its signals lowest first, and ends by the TERM of the orderly end: it would have told.
    #expect(run.out.contains("signal 15"))
    #expect(session.count("signal 10") == 1)
  }

  @Test func drainHoldsTheFirstTermBack() throws {
    let session = try Session(["--drain", "1h", "--", Place.probe, "signals", "15"])
    try session.line("ready")
    session.send(SIGTERM)
    // Signals are taken lowest first: when this one is here, TERM has been taken, and the next TERM is another one.
    session.send(40)
    try session.line("signal 40")
    session.send(SIGUSR2)
    try session.line("signal 12")
    #expect(!session.text(.out).contains("signal 15"))
    session.send(SIGTERM)
    try session.line("signal 15")
    #expect(try session.finish().end == .code(0))
  }

  @Test(arguments: [(["--drain", "200ms"], []), ([], ["SWINIT_DRAIN=0.2"])] as [([String], [String])])
  func drainEnds(_ options: [String], _ env: [String]) throws {
    let session = try Session(options + ["--", Place.probe, "signals", "15"], env: env)
    try session.line("ready")
    session.send(SIGTERM)
    try session.line("signal 15")
    #expect(try session.finish().end == .code(0))
  }

  @Test(arguments: [(["--kill-after", "200ms"], []), ([], ["SWINIT_KILL_AFTER=200ms"])] as [([String], [String])])
  func killAfter(_ options: [String], _ env: [String]) throws {
    let session = try Session(options + ["--", Place.probe, "ignore", "15", "--", Place.probe, "hold"], env: env)
    try session.line("ready")
    session.send(SIGTERM)
    #expect(try session.finish().end == .code(137))
  }

  @Test func killAfterCountsFromTheDrainsEnd() throws {
    let session = try Session(["--drain", "1h", "--kill-after", "100ms", "--", Place.probe, "signals", "64"])
    try session.line("ready")
    session.send(SIGTERM)
    session.send(40)
    try session.line("signal 40")
    session.send(SIGTERM)
    try session.line("signal 15")
    #expect(try session.finish().end == .code(137))
  }

  /// The parent of swinit dies: swinit gets the signal and passes it on. PID 1 of the namespace is somebody else, who waits.
  @Test(arguments: [(["--pdeathsig", "USR1"], []), ([], ["SWINIT_PDEATHSIG=usr1"])] as [([String], [String])])
  func parentDeathSignal(_ options: [String], _ env: [String]) throws {
    let session = try Session(
      ["middle", "dying", "--", Place.swinit] + options + ["--", Place.probe, "signals", "10"],
      env: env + ["PROBE_MIDDLE_WAITS=1"], via: [["middle"]], input: .pipe, program: Place.probe)
    try session.line("ready")
    session.closeInput()
    try session.line("signal 10")
    #expect(try session.finish().end == .code(0))
  }
}
