import Foundation
import Glibc
import Testing

/// A fault inside swinit is never silent.
@Suite struct PanicTests {
  private func crash(_ session: Session) throws {
    // In its loop: while it forks, it has every signal blocked.
    try session.eventually("swinit to sleep") { status(session.pid, "State")?.hasPrefix("S") == true }
    let process = Process()
    process.executableURL = URL(filePath: Place.probe)
    process.arguments = ["crash", "\(session.pid)"]
    try Turn.take { try process.run() }
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  /// One line, the command and the others ended in order, code 70.
  @Test func faultIsToldAndEndsInOrder() throws {
    let script = #""$0" leave 0 tells; exec "$0" signals 15"#
    let session = try Session(["--", "sh", "-c", script, Place.probe])
    try session.line("ready")
    try crash(session)
    let run = try session.finish()
    #expect(run.end == .code(70))
    #expect(run.said.count == 1)
    #expect(run.err.hasPrefix("swinit: panic: "))
    #expect(run.out.contains("signal 15\n"), "the command was told")
    #expect(run.out.contains("tells got 15\n"), "the leftover was told")
  }

  @Test func faultWithGraceKills() throws {
    let session = try Session(["--grace", "100ms", "--", Place.probe, "ignore", "15", "--", Place.probe, "hold"])
    try session.line("ready")
    try crash(session)
    let run = try session.finish()
    #expect(run.end == .code(70), "\(run.err)")
  }

  /// The same signal sent by kill(2) is no fault.
  @Test func faultSignalsThatWereSentAreForwarded() throws {
    let session = try Session(["--", Place.probe, "signals", "64"])
    try session.line("ready")
    for signal in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS] {
      session.send(signal)
      #expect(try session.line("signal ") == "signal \(signal)")
    }
    session.send(64)
    let run = try session.finish()
    #expect(run.end == .code(0))
    #expect(run.err == "")
  }
}
