import Glibc
import Testing

/// Descriptors 0 to 2 are always open for the command.
@Suite struct ConsoleTests {
  private let warning = "swinit: warning: unable to open an initial console"

  /// What the command got, through a file, since its stdout may be anything.
  private func fds(_ options: [String], env: [String] = [], via: [[String]], tty: Terminal? = nil) throws -> (
    [String: String], Outcome
  ) {
    let scratch = try Scratch()
    let run = try Session.run(options + ["--", Place.probe, "state", "\(scratch.path)/state"], env: env, via: via, tty: tty)
    #expect(run.end == .code(0))
    return (try CommandState(line: try scratch.read("state")).fds, run)
  }

  @Test func openOnesStay() throws {
    let (fds, run) = try fds([], via: [])
    #expect(fds["0"] == "/dev/null")
    #expect(fds["1"]?.hasPrefix("pipe:") == true && fds["2"]?.hasPrefix("pipe:") == true)
    #expect(run.err == "")
  }

  @Test(arguments: ["0", "1", "0,1", "0,1,2", "2", "1,2"]) func consoleOnClosedOnes(_ closed: String) throws {
    let terminal = try Terminal()
    let (fds, run) = try fds([], via: [["bind", terminal.path, "/dev/console"], ["closed", closed]], tty: terminal)
    for fd in ["0", "1", "2"] {
      // The link names the file by the place that it was opened at.
      #expect(closed.contains(fd) == (fds[fd] == "/dev/console"), "\(fds)")
    }
    #expect(fds.count == 3)
    #expect(run.err == "")
  }

  @Test(arguments: ["0", "1", "0,1"]) func noConsole(_ closed: String) throws {
    let (fds, run) = try fds([], via: [["dev", "null"], ["closed", closed]])
    for fd in closed.split(separator: ",") { #expect(fds[String(fd)] == "/dev/null") }
    #expect(fds.count == 3)
    #expect(run.said.count == 1)
    #expect(run.err.hasPrefix(warning))
  }

  @Test func noDevicesAtAll() throws {
    let scratch = try Scratch()
    let run = try Session.run(
      ["--", Place.probe, "state", "\(scratch.path)/state"], via: [["hide", "/dev"], ["closed", "0"]])
    #expect(run.end == .code(0))
    #expect(run.err.hasPrefix(warning))
  }

  @Test(arguments: [true, false]) func consoleOfTheirChoice(_ byVariable: Bool) throws {
    let terminal = try Terminal()
    let (fds, run) = try fds(
      byVariable ? [] : ["--console", terminal.path], env: byVariable ? ["SWINIT_CONSOLE=\(terminal.path)"] : [], via: [],
      tty: terminal)
    #expect(fds == ["0": terminal.path, "1": terminal.path, "2": terminal.path])
    #expect(run.err == "")
  }

  /// It reads and writes, on one open file description.
  @Test func consoleIsUsable() throws {
    let terminal = try Terminal()
    let session = try Session(
      ["--console", terminal.path, "--", "sh", "-c", "read word; echo got $word >&2; exit 4"], tty: terminal)
    terminal.type("hello\n")
    try session.line("got hello", on: .tty)
    #expect(try session.finish().end == .code(4))
  }

  /// Named and not there: the warning, and the command runs all the same.
  @Test func consoleThatIsNotThere() throws {
    let run = try Session.run(["--console", "/nope/console", "--", Place.probe, "exit", "4"])
    #expect(run.end == .code(4))
    #expect(run.err.hasPrefix(warning))
    #expect(run.said.count == 1)
  }

  /// It becomes nobody's controlling terminal by being opened (the kernel has no session there either).
  @Test func consoleIsNotTheControllingTerminal() throws {
    let terminal = try Terminal()
    let scratch = try Scratch()
    let run = try Session.run(["--console", terminal.path, "--", Place.probe, "state", "\(scratch.path)/state"], tty: terminal)
    #expect(run.end == .code(0))
    #expect(try CommandState(line: try scratch.read("state")).ttyPgrp == -1)
  }
}
