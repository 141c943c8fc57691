import Foundation
import Glibc
import Testing

/// By the name of init and without a command, PID 1 of a container is a system's: hooks, a shell on its terminal, an end that is asked for
/// by signals.
@Suite(.serialized) struct SystemInitTests {
  let run = try! Scratch()

  func start(_ via: [[String]] = [], tty: Terminal? = nil) throws -> Session {
    let session = try Session([], via: via + [["bind", run.path, "/run"], ["argv0", "init"]], tty: tty)
    try session.eventually("the name of init") { status(session.pid, "Name") == "init" }
    return session
  }

  func crash(_ session: Session) throws {
    try session.eventually("swinit to sleep") { status(session.pid, "State")?.hasPrefix("S") == true }
    let process = Process()
    process.executableURL = URL(filePath: Place.probe)
    process.arguments = ["crash", "\(session.pid)"]
    try Turn.take { try process.run() }
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  var state: String? { try? run.read("swinit/system_state") }

  /// The kernel tells the parent which end it was: reboot(2) in a pid namespace.
  /// TERM, INT, USR1, USR2, PWR, RTMIN+3 to +6, +13 to +15; SIGHUP is a restart's, SIGINT that of a halt or a power-off.
  @Test(
    arguments: [
      15: 1, 2: 1, 10: 2, 12: 2, 30: 2, 37: 2, 38: 2, 39: 1, 40: 1, 47: 2, 48: 2, 49: 1,
    ] as [Int32: Int32])
  func endsAsAsked(_ signal: Int32, end: Int32) throws {
    let session = try start()
    try session.eventually("RUNNING") { state == "SYSTEM_RUNNING\n" }
    session.send(signal)
    #expect(try session.finish().end == .killed(end))
  }

  /// Other signals are nobody's.
  @Test func otherSignalsChangeNothing() throws {
    let session = try start()
    try session.eventually("RUNNING") { state == "SYSTEM_RUNNING\n" }
    for signal in [SIGHUP, SIGALRM, SIGSEGV, SIGWINCH, 34, 34 + 30] as [Int32] { session.send(signal) }
    try session.eventually("none pending") { status(session.pid, "ShdPnd") == "0000000000000000" }
    #expect(state == "SYSTEM_RUNNING\n")
    session.send(SIGTERM)
    #expect(try session.finish().end == .killed(SIGHUP))
  }

  @Test func shellOnTheTerminalComesAgain() throws {
    let terminal = try Terminal()
    let session = try start([["tty", terminal.path, "0,1,2"]], tty: terminal)
    try session.prompt("# ")
    terminal.type("tty >/dev/null && echo first-$((1+1)); exit\n")
    try session.line("first-2", on: .tty)
    terminal.type("set -o | grep -q 'monitor *on' && echo job-$((1+1)); kill -USR2 1\n")
    try session.line("job-2", on: .tty)
    #expect(try session.finish().end == .killed(SIGINT))
  }

  /// A shell of before a fault is the same after it, and a second one is not started.
  @Test func faultEndsNothing() throws {
    let terminal = try Terminal()
    let session = try start([["tty", terminal.path, "0,1,2"]], tty: terminal)
    try session.prompt("# ")
    terminal.type("token=kept; echo ready-$((1+1))\n")
    try session.line("ready-2", on: .tty)
    try crash(session)
    try session.line("executed again", on: .tty)
    terminal.type("echo still-$token; exit\n")
    try session.line("still-kept", on: .tty)
    terminal.type("echo again-$((1+2)); kill -TERM 1\n")
    try session.line("again-3", on: .tty)
    #expect(try session.finish().end == .killed(SIGHUP))
  }

  /// Where executing again does not help, it ends.
  @Test func faultsWithoutEndEnd() throws {
    let session = try start()
    // Before that there is nothing to go on with.
    try session.eventually("RUNNING") { state == "SYSTEM_RUNNING\n" }
    for round in 1...3 {
      try crash(session)
      try session.eventually("execution \(round)") {
        let words = FileManager.default.contents(atPath: "/proc/\(session.pid)/cmdline") ?? Data()
        return String(decoding: words, as: UTF8.self).contains("--resume=\(round),") && status(session.pid, "Name") == "init"
      }
    }
    try crash(session)
    let run = try session.finish()
    #expect(run.end == .code(70))
    #expect(run.said.filter { $0.contains("this is a fault in swinit") }.count == 4)
  }

  /// /etc/swinit/initcalls.d: by level, then by name; what fails or cannot run is told of, and the rest runs. A signal ends the boot.
  @Test func hooksRunInOrder() throws {
    let root = try Root()
    try root.scratch.directory("run")
    try root.scratch.copy("/bin/busybox", to: "busybox")
    func hook(_ name: String, _ script: String, mode: Int = 0o755) throws {
      let file = "\(root.path)/etc/swinit/initcalls.d/\(name)"
      try FileManager.default.createDirectory(
        atPath: String(file[..<file.lastIndex(of: "/")!]), withIntermediateDirectories: true)
      let text = "#!/busybox sh\necho \(name) $SWINIT_LEVEL >>/log\n\(script)\n"
      #expect(FileManager.default.createFile(atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: mode]))
    }
    try hook("late/20-b", "exit 3")
    try hook("late/10-a", "")
    try hook("pure/zz", "")
    try hook("core/90", "")
    try hook("late/.hidden", "")
    try hook("late/10-a~", "")
    try hook("fs/not-executable", "", mode: 0o644)
    try hook("late/90-end", "trap 'echo told >>/log; exit' TERM; kill -USR2 1; while :; do /busybox sleep 0.01; done")
    try hook("late/95-never", "")
    let run = try root.run([], via: [["argv0", "init"]])
    #expect(run.end == .killed(SIGINT))
    #expect(
      try root.scratch.read("log")
        == "pure/zz pure\ncore/90 core\nlate/10-a late\nlate/20-b late\nlate/90-end late\ntold\n")
    #expect(run.said.contains { $0.contains("fs/not-executable") && $0.contains("no x permission") }, "\(run.err)")
    #expect(run.said.contains { $0.contains("late/20-b failed (code 3)") }, "\(run.err)")
  }
}
