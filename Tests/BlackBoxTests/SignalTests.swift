import Glibc
import Testing

/// What reaches the command of what is sent to swinit.
@Suite struct SignalTests {
  /// Every signal that can be caught, the fault signals and those of libc's own included; never SIGCHLD.
  static let forwarded = (Int32(1)...64).filter { ![SIGKILL, SIGSTOP, SIGCHLD].contains($0) }

  @Test func everySignalIsForwardedOnce() throws {
    let session = try Session([Place.probe, "signals", "64"])
    try session.line("ready")
    for signal in Self.forwarded {
      session.send(signal)
      #expect(try session.line("signal ") == "signal \(signal)")
    }
    let run = try session.finish()
    #expect(run.end == .code(0))
    #expect(run.out.split(separator: "\n").count == 1 + Self.forwarded.count)
    #expect(run.err == "")
  }

  @Test func everySignalIsForwardedWhenNotPID1() throws {
    let session = try Session(["--", Place.probe, "signals", "64"], via: [["middle"]])
    try session.line("ready")
    let swinit = try #require(children(of: session.pid).first)
    for signal in Self.forwarded {
      kill(swinit, signal)
      #expect(try session.line("signal ") == "signal \(signal)")
    }
    #expect(try session.finish().end == .code(0))
  }

  @Test func childSignalIsNotForwarded() throws {
    let session = try Session([Place.probe, "signals", "64"])
    try session.line("ready")
    session.send(SIGCHLD)
    session.send(64)
    let run = try session.finish()
    #expect(run.out == "ready\nsignal 64\n")
  }

  /// Real-time signals queue: as many come as were sent, as long as the reader keeps up.
  @Test func realTimeSignalsAreNotMerged() throws {
    let session = try Session([Place.probe, "signals", "64"])
    try session.line("ready")
    for _ in 0..<200 { session.send(40) }
    for _ in 0..<200 { try session.line("signal 40") }
    session.send(64)
    #expect(try session.finish().out.split(separator: "\n").count == 202)
  }

  @Test(arguments: [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGSEGV, SIGFPE, 34])
  func commandThatDiesOfIt(_ signal: Int32) throws {
    let session = try Session([Place.probe, "hold"])
    try session.line("ready")
    session.send(signal)
    #expect(try session.finish().end == .code(128 + signal))
  }

  /// From inside the container too, where `kill 1` is what scripts do.
  @Test func sentFromInside() throws {
    let run = try Session.run(["sh", "-c", "trap 'echo got; exit 4' USR1; kill -USR1 1; while :; do sleep 0.01; done"])
    #expect(run.end == .code(4))
    #expect(run.out == "got\n")
  }

  /// The command stops by SIGTSTP and goes on by SIGCONT; swinit itself never stops.
  @Test func stopAndContinue() throws {
    let session = try Session([Place.probe, "hold"])
    try session.line("ready")
    let command = try #require(children(of: session.pid).first)
    session.send(SIGTSTP)
    try session.eventually("the command to stop") { status(command, "State")?.hasPrefix("T") == true }
    session.send(SIGCONT)
    try session.eventually("the command to go on") { status(command, "State")?.hasPrefix("S") == true }
    #expect(status(session.pid, "State")?.hasPrefix("S") == true)
    session.send(SIGTERM)
    #expect(try session.finish().end == .code(143))
  }

  /// The command is root by a set-user-id program, swinit is not: its kill(2) fails with EPERM.
  @Test func forwardThatIsNotPermitted() throws {
    let scratch = try Scratch()
    let tool = try scratch.copy(Place.probeStatic, to: "probe-suid", mode: 0o4755)
    let session = try Session([tool, "ids", "0", "--", tool, "signals", "64"], via: [["ids", "40001"]])
    try session.line("ready")
    session.send(SIGUSR1)
    session.send(SIGTERM)
    let command = try #require(children(of: session.pid).first)
    try session.eventually("both signals to be taken") {
      status(session.pid, "ShdPnd") == "0000000000000000" && status(session.pid, "State")?.hasPrefix("S") == true
    }
    #expect(status(command, "Uid")?.hasPrefix("0") == true)
    kill(command, 64)
    let run = try session.finish()
    #expect(run.end == .code(0), "\(run.err)")
    #expect(run.out == "ready\nsignal 64\n")
  }
}
