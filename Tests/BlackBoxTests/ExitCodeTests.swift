import Glibc
import Testing

/// The command's code is swinit's.
@Suite struct ExitCodeTests {
  @Test(arguments: [0, 1, 2, 42, 70, 126, 127, 128, 143, 255] as [Int32])
  func codeOfTheCommand(_ code: Int32) throws {
    let run = try Session.run(["--", Place.probe, "exit", "\(code)"])
    #expect(run.end == .code(code))
    #expect(run.err == "", "in normal operation it says nothing")
  }

  @Test(arguments: [SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGABRT, SIGKILL, SIGSEGV, SIGPIPE, SIGTERM, SIGUSR1, 34, 64])
  func signalThatEndedIt(_ signal: Int32) throws {
    let run = try Session.run([Place.probe, "die", "\(signal)"])
    #expect(run.end == .code(128 + signal))
    #expect(run.err == "")
  }

  @Test(
    arguments: [
      ("143:0", 143, 0), ("3:0,4:5", 4, 5), ("3:4,4:5", 3, 4), ("0:9", 0, 9), ("255:1", 255, 1), ("1:255", 1, 255), ("3:0", 7, 7),
    ] as [(String, Int32, Int32)])
  func exitMap(_ map: String, _ code: Int32, _ mapped: Int32) throws {
    let byOption = try Session.run(["--exit-map", map, "--", Place.probe, "exit", "\(code)"])
    #expect(byOption.end == .code(mapped))
    let byVariable = try Session.run([Place.probe, "exit", "\(code)"], env: ["SWINIT_EXIT_MAP=\(map)"])
    #expect(byVariable.end == .code(mapped))
  }

  @Test func exitMapOfASignal() throws {
    #expect(try Session.run(["--exit-map=143:0", Place.probe, "die", "15"]).end == .code(0))
  }

  @Test func optionsEndAtTheCommand() throws {
    // -c, --version and -- are the command's own.
    let run = try Session.run(["sh", "-c", #"echo "$@"; exit 6"#, "sh", "--version", "--", "-h"])
    #expect(run.end == .code(6))
    #expect(run.out == "--version -- -h\n")
  }

  @Test func outputIsTheCommandsAlone() throws {
    let run = try Session.run(["--", "sh", "-c", "echo out; echo err >&2"])
    #expect(run.out == "out\n")
    #expect(run.err == "err\n")
  }

  @Test func inputIsTheCommands() throws {
    let session = try Session(["--", "cat"], input: .pipe)
    session.write("through swinit\n")
    try session.line("through swinit")
    session.closeInput()
    #expect(try session.finish().end == .code(0))
  }

  /// The code of the first child counts, not of some other one that is reaped.
  @Test func orphansCodesDoNotCount() throws {
    let run = try Session.run(["sh", "-c", "(sh -c 'exit 9' &); (kill -9 $$) & wait; exit 3"])
    #expect(run.end == .code(137))
  }
}
