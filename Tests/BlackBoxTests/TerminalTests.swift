import Glibc
import Testing

/// A terminal that the test sits in front of.
@Suite(.serialized) struct TerminalTests {
  @Test(arguments: ["0,1,2", "0", "2", "none"]) func commandIsInTheForeground(_ fds: String) throws {
    let terminal = try Terminal()
    let scratch = try Scratch()
    let file = "\(scratch.path)/state"
    let run = try Session.run(["--", Place.probe, "state", file], via: [["tty", terminal.path, fds]], tty: terminal)
    #expect(run.end == .code(0))
    let got = try CommandState(line: try scratch.read("state"))
    #expect(got.ttyPgrp == got.pid)
    #expect(got.pgrp == got.pid)
    #expect(got.blocked == [] && got.ignored == [])
  }

  /// The controlling terminal counts, not what fd 0 happens to be.
  @Test func otherTerminalAsInput() throws {
    let own = try Terminal()
    let other = try Terminal()
    let scratch = try Scratch()
    let run = try Session.run(
      ["--console", other.path, "--", Place.probe, "state", "\(scratch.path)/state"], via: [["tty", own.path, "none"]], tty: own)
    #expect(run.end == .code(0))
    let got = try CommandState(line: try scratch.read("state"))
    #expect(got.fds["0"] == other.path)
    #expect(got.ttyPgrp == got.pid)
  }

  /// The terminal's own signal goes to the foreground group, which is the command's: once, not twice.
  @Test func interruptKeyComesOnce() throws {
    let terminal = try Terminal()
    let session = try Session([Place.probe, "signals", "64"], via: [["tty", terminal.path, "0"]], tty: terminal)
    try session.line("ready")
    terminal.type("\u{3}")
    try session.line("signal 2")
    terminal.resize(rows: 33, columns: 99)
    try session.line("signal 28")
    session.send(64)
    #expect(try session.finish().out == "ready\nsignal 2\nsignal 28\nsignal 64\n")
  }

  @Test func hangUpReachesTheCommand() throws {
    let terminal = try Terminal()
    let session = try Session([Place.probe, "hold"], via: [["tty", terminal.path, "0"]])
    try session.line("ready")
    terminal.hangUp()
    #expect(try session.finish().end == .code(129))
  }

  @Test(arguments: [["bash", "--norc", "--noprofile", "-i"], ["dash", "-i"]])
  func jobControl(_ shell: [String]) throws {
    let terminal = try Terminal()
    let session = try Session(
      ["--"] + shell, env: ["PS1=at-the-prompt> ", "TERM=dumb", "HOME=/"], via: [["tty", terminal.path, "0,1,2"]], tty: terminal)
    try session.prompt("at-the-prompt>")
    #expect(!session.text(.tty).contains("job control"), "no complaint of the shell")
    terminal.type("\(Place.probe) hold\n")
    try session.line("ready", on: .tty)
    terminal.type("\u{1a}")
    try session.line("Stopped", on: .tty)
    terminal.type("jobs | wc -l; fg\n")
    // In the foreground again, it can be interrupted.
    try session.line("\(Place.probe) hold", on: .tty)
    try session.eventually("the job to run") {
      children(of: session.pid).flatMap { children(of: $0) }.contains {
        status($0, "Name") == "probe" && status($0, "State")?.hasPrefix("S") == true
      }
    }
    terminal.type("\u{3}")
    terminal.type("echo code=$?\n")
    try session.line("code=130", on: .tty)
    terminal.type("exit 6\n")
    #expect(try session.finish().end == .code(6))
  }

  /// Ctrl-Z stops the command itself, when there is no shell; SIGCONT to swinit wakes it.
  @Test func suspendKeyStopsTheCommand() throws {
    let terminal = try Terminal()
    let session = try Session(["--", Place.probe, "hold"], via: [["tty", terminal.path, "0"]], tty: terminal)
    try session.line("ready")
    let command = try #require(children(of: session.pid).first)
    terminal.type("\u{1a}")
    try session.eventually("the command to stop") { status(command, "State")?.hasPrefix("T") == true }
    session.send(SIGCONT)
    try session.eventually("the command to go on") { status(command, "State")?.hasPrefix("S") == true }
    session.send(SIGTERM)
    #expect(try session.finish().end == .code(143))
  }

  /// A terminal whose other side has gone before the start.
  @Test func terminalThatIsGone() throws {
    let terminal = try Terminal()
    let session = try Session(
      ["-c", #"echo here; read go; exec "$0" -- "$1" exit 5"#, Place.swinit, Place.probe],
      via: [["ignore", "1"], ["tty", terminal.path, "2"]], input: .pipe, program: "/bin/sh")
    try session.line("here")
    terminal.hangUp()
    session.write("go\n")
    let run = try session.finish()
    #expect(run.end == .code(5), "\(run.err)")
  }

  @Test func noTerminal() throws {
    let got = try Session.run(["--", Place.probe, "state"]).state()
    #expect(got.ttyPgrp == -1)
  }
}
