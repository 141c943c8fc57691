import Glibc
import Testing

/// Words of swinit's own: help, bad use, directory, variables.
@Suite struct OptionTests {
  @Test(arguments: ["-h", "--help"]) func help(_ word: String) throws {
    let run = try Session.run([word])
    #expect(run.end == .code(0))
    #expect(run.err == "")
    for option in [
      "--help", "--version", "--verbose", "--exit-map", "--rewrite", "--signal-target", "--drain", "--grace", "--kill-after",
      "--console",
      "--cmdline", "--user", "--chdir", "--env", "--pdeathsig", "--pre", "--post", "--report",
    ] {
      #expect(run.out.contains(option), "the usage names \(option)")
    }
  }

  @Test(arguments: ["-V", "--version"]) func version(_ word: String) throws {
    let run = try Session.run([word])
    #expect(run.end == .code(0))
    #expect(run.err == "")
    #expect(run.out.wholeMatch(of: /swinit [0-9]+\.[0-9]+\.[0-9]+\n/) != nil, "\(run.out)")
  }

  /// One line that names the word, code 2, and nothing is started.
  @Test(
    arguments: [
      (["--frob"], "'--frob'"), (["-x"], "'-x'"), (["--frob=1"], "--frob"), (["--grace"], "--grace"),
      (["--grace", "abc"], "'abc'"),
      (["--grace=-1"], "'-1'"), (["--grace="], "--grace"), (["--grace", "5y"], "'5y'"), (["--drain", "1.2.3s"], "'1.2.3s'"),
      (["--kill-after", "99999999999999999999"], "'99999999999999999999'"), (["--exit-map", "256:0"], "256"),
      (["--exit-map", "1"], "'1'"),
      (["--exit-map", "1:2:3"], "'1:2:3'"), (["--exit-map", "a:0"], "'a:0'"), (["--exit-map", "-1:0"], "-1"),
      (["--rewrite", "XYZ:TERM"], "'XYZ'"), (["--rewrite", "TERM:XYZ"], "'XYZ'"), (["--rewrite", "KILL:TERM"], "KILL"),
      (["--rewrite", "STOP:TERM"], "STOP"), (["--rewrite", "CHLD:TERM"], "CHLD"), (["--rewrite", "TERM"], "'TERM'"),
      (["--rewrite", "65:1"], "65"), (["--rewrite", "0:1"], "0:1"), (["--rewrite", "RTMIN+31:TERM"], "RTMIN+31"),
      (["--signal-target", "all"], "'all'"), (["--pdeathsig", "NOPE"], "'NOPE'"), (["--user", "nosuch"], "'nosuch'"),
      (["--user", "0:nosuch"], "nosuch"), (["--user", "4294967296"], "4294967296"), (["--user", ""], "--user"),
      (["--env", "=x"], "'=x'"), (["--env", "NOEQUALS"], "'NOEQUALS'"), (["--verbose=1"], "--verbose"),
      (["--pre", "'open"], "--pre"),
    ] as [([String], String)])
  func badUse(_ options: [String], _ named: String) throws {
    // A word that may be taken as the value must not make it start the command.
    let run = try Session.run(options + (options.count == 1 && options[0] == "--grace" ? [] : ["--", "echo", "started"]))
    #expect(run.end == .code(2), "\(run.err)")
    #expect(run.out == "")
    #expect(run.err.hasPrefix("swinit: "))
    #expect(run.err.split(separator: "\n").count == 1)
    #expect(run.err.contains(named), "\(run.err)")
  }

  @Test(arguments: [
    "SWINIT_GRACE=abc", "SWINIT_DRAIN=1x", "SWINIT_KILL_AFTER=-", "SWINIT_REWRITE=XYZ:TERM", "SWINIT_EXIT_MAP=300:0",
    "SWINIT_SIGNAL_TARGET=nobody", "SWINIT_VERBOSE=maybe", "SWINIT_REPORT=2", "SWINIT_USER=nosuch", "SWINIT_PDEATHSIG=XYZ",
    "SWINIT_ENV=NOEQUALS",
  ])
  func badVariable(_ variable: String) throws {
    let run = try Session.run(["echo", "started"], env: [variable])
    #expect(run.end == .code(2), "\(run.err)")
    #expect(run.out == "")
    #expect(run.err.split(separator: "\n").count == 1)
    let parts = variable.split(separator: "=")
    #expect(run.err.contains(parts[0]), "names the variable: \(run.err)")
    #expect(run.err.contains(parts[1].split(separator: ":")[0]), "names the value: \(run.err)")
  }

  @Test(arguments: ["0", "false", "no", "off", ""]) func falseVariables(_ value: String) throws {
    let run = try Session.run(["true"], env: ["SWINIT_VERBOSE=\(value)", "SWINIT_REPORT=\(value)"])
    #expect(run.end == .code(0))
    #expect(run.err == "")
  }

  @Test(arguments: ["1", "true", "yes", "on"]) func trueVariables(_ value: String) throws {
    let run = try Session.run(["true"], env: ["SWINIT_VERBOSE=\(value)"])
    #expect(run.end == .code(0))
    #expect(!run.said.isEmpty && run.said.count == run.err.split(separator: "\n").count)
  }

  @Test func optionWinsOverVariable() throws {
    let run = try Session.run(["--exit-map", "3:5", "sh", "-c", "exit 3"], env: ["SWINIT_EXIT_MAP=3:6"])
    #expect(run.end == .code(5))
  }

  @Test func helpAmongTheCommandsWordsIsTheCommands() throws {
    #expect(try Session.run(["expr", "--", "--help"]).out == "--help\n")
    #expect(try Session.run(["--", "echo", "-V"]).out == "-V\n")
  }

  @Test(arguments: [["-v"], ["--verbose"]]) func verbose(_ options: [String]) throws {
    let run = try Session.run(options + ["--", Place.probe, "leave", "3", "dies"])
    #expect(run.end == .code(3))
    #expect(run.said.count >= 2)
    #expect(run.said.count == run.err.split(separator: "\n").count)
  }

  @Test func changeDirectory() throws {
    let scratch = try Scratch()
    let byOption = try Session.run(["--chdir", scratch.path, "--", Place.probe, "state"]).state()
    #expect(byOption.cwd == scratch.path)
    #expect(try Session.run(["pwd"], env: ["SWINIT_CHDIR=\(scratch.path)"]).out == "\(scratch.path)\n")
  }

  @Test func changeToADirectoryThatIsNotThere() throws {
    let run = try Session.run(["--chdir", "/nope/there", "--", "echo", "started"])
    #expect(run.end != .code(0))
    #expect(run.out == "")
    #expect(run.said.count == 1 && run.err.contains("/nope/there"))
  }

  @Test func setVariables() throws {
    let got = try Session.run(
      ["--env", "A=1", "--env=B=x=y", "--env", "PATH=/usr/bin:/bin", "--env", "A=2", "--", Place.probe, "state"],
      env: ["C=c", "A=0"]
    ).state()
    #expect(got.variable("A") == "2" && got.env.count { $0.hasPrefix("A=") } == 1)
    #expect(got.variable("B") == "x=y")
    #expect(got.variable("C") == "c")
    #expect(got.variable("PATH") == "/usr/bin:/bin" && got.env.count { $0.hasPrefix("PATH=") } == 1)
  }

  @Test func setVariablesByVariable() throws {
    let got = try Session.run(["--", Place.probe, "state"], env: ["SWINIT_ENV=A=1\nB=two words\n"]).state()
    #expect(got.variable("A") == "1" && got.variable("B") == "two words")
    #expect(got.variable("SWINIT_ENV") == nil)
  }
}
