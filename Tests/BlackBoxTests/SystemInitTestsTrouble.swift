import Foundation
import Glibc
import Testing

extension SystemInitTests {
  /// Nothing blocked, nothing of a container's manager open, and not in its directory: also what is started after a fault, when PID 1 was
  /// executed with everything blocked.
  @Test func programsStartClean() throws {
    let terminal = try Terminal()
    let scratch = try Scratch()
    // bash hands its mask on; dash clears it.
    let session = try start(
      [
        ["tty", terminal.path, "0,1,2"], ["bind", "/bin/bash", "/bin/sh"], ["chdir", "/usr"], ["open", "7"], ["block", "10,15"],
      ], tty: terminal)
    for round in 1...2 {
      try session.prompt("# ")
      terminal.type("\(Place.probe) state \(scratch.path)/\(round); echo told-$((\(round)+10)); exit\n")
      try session.line("told-\(round + 10)", on: .tty)
      let got = try CommandState(line: try scratch.read("\(round)"))
      #expect(got.blocked == [] && got.ignored == [])
      #expect(got.fds["7"] == nil)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(session.pid)/cwd") == "/")
      if round == 1 { try crash(session) }
    }
    session.send(SIGTERM)
    #expect(try session.finish().end == .killed(SIGHUP))
  }

  /// A shell whose terminal has gone is not started on PID 1's.
  @Test func terminalThatHasGone() throws {
    let terminal = try Terminal()
    let session = try start([["tty", terminal.path, "0,1,2"]], tty: terminal)
    try session.prompt("# ")
    terminal.type("mount -t tmpfs none /dev/pts; exit\n")
    try session.line("swinit: warning: \(terminal.path): cannot open it: No such file", on: .tty)
    session.send(SIGTERM)
    #expect(try session.finish().end == .killed(SIGHUP))
  }

  /// One that does not hear TERM has the same time as any other process.
  @Test func hookThatDoesNotEnd() throws {
    let root = try Root()
    try root.scratch.copy("/bin/busybox", to: "busybox")
    let hooks = "\(root.path)/etc/swinit/initcalls.d/late"
    try FileManager.default.createDirectory(atPath: hooks, withIntermediateDirectories: true)
    let script = "#!/busybox sh\ntrap '' TERM\nkill -TERM 1\nwhile :; do /busybox sleep 0.1; done\n"
    let isMade = FileManager.default.createFile(
      atPath: "\(hooks)/10", contents: Data(script.utf8), attributes: [.posixPermissions: 0o755])
    #expect(isMade)
    let session = try Session(["argv0", "init", "--", "/swinit"], via: [["root", root.path]], program: "/probe")
    try session.line("SIGKILL in", on: .err)
    // RTMIN+14: powered off without that time.
    session.send(48)
    #expect(try session.finish().end == .killed(SIGINT))
  }
}
