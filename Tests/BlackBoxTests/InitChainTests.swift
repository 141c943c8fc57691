import Glibc
import Testing

/// No command: rdinit=, init=, /sbin/init, /etc/init, /bin/init, /bin/sh, as the kernel does.
@Suite struct InitChainTests {
  @Test func orderOfTheStandardOnes() throws {
    let root = try Root()
    for name in ["bin/sh", "bin/init", "etc/init", "sbin/init"] {
      try root.teller(name)
      let run = try root.run([])
      #expect(run.end == .code(42), "\(name): \(run.err)")
      #expect(try run.state().argv == ["/\(name)"])
      #expect(run.err == "")
    }
  }

  @Test(arguments: ["option", "variable"]) func namedOne(_ how: String) throws {
    let root = try Root()
    try root.teller("sbin/init")
    try root.teller("my/init")
    let line = "init=/my/init"
    let run = try root.run(how == "option" ? ["--cmdline", line] : [], env: how == "option" ? [] : ["SWINIT_CMDLINE=\(line)"])
    #expect(try run.state().argv == ["/my/init"])
    #expect(try run.state().variable("SWINIT_CMDLINE") == nil)
  }

  @Test func rdinitComesFirst() throws {
    let root = try Root()
    for name in ["rd", "my", "sbin"] { try root.teller("\(name)/init") }
    #expect(try root.run(["--cmdline", "init=/my/init rdinit=/rd/init"]).state().argv == ["/rd/init"])
  }

  /// What is no option goes to the program: words as arguments, with '=' as variables; dotted ones nowhere.
  @Test func wordsThatPassOn() throws {
    let root = try Root()
    try root.teller("init")
    let run = try root.run(["--cmdline", #"init=/init single A=b mod.param=1 "two words" C="d e" -- last x=y"#])
    let got = try run.state()
    #expect(got.argv == ["/init", "single", "two words", "last", "x=y"])
    #expect(got.variable("A") == "b")
    #expect(got.variable("C") == "d e")
    #expect(got.variable("mod.param") == nil)
  }

  @Test func initClearsEarlierWords() throws {
    let root = try Root()
    try root.teller("init")
    #expect(try root.run(["--cmdline", "auto A=b init=/init s"]).state().argv == ["/init", "s"])
  }

  @Test func lastInitWins() throws {
    let root = try Root()
    try root.teller("one/init")
    try root.teller("two/init")
    #expect(try root.run(["--cmdline=init=/one/init init=/two/init"]).state().argv == ["/two/init"])
  }

  @Test func hostsCommandLineIsNotRead() throws {
    let root = try Root()
    try root.teller("sbin/init")
    #expect(try root.run([]).state().argv == ["/sbin/init"])
  }

  @Test func requestedInitFails() throws {
    let root = try Root()
    try root.teller("sbin/init")
    let run = try root.run(["--cmdline", "init=/nope"])
    #expect(run.end == .code(127))
    #expect(run.err == "swinit: Requested init /nope failed (error -2).\n")
  }

  @Test func emptyInitFails() throws {
    let root = try Root()
    try root.teller("sbin/init")
    let run = try root.run(["--cmdline", "init="])
    #expect(run.end == .code(127))
    #expect(run.err == "swinit: Requested init  failed (error -13).\n")
  }

  @Test func ramdiskInitFailsAndTheChainGoesOn() throws {
    let root = try Root()
    try root.teller("sbin/init")
    try root.teller("rd/init", mode: 0o644)
    let run = try root.run(["--cmdline", "rdinit=/rd/init"])
    #expect(run.end == .code(42))
    #expect(run.err == "swinit: Failed to execute /rd/init (error -13)\n")
    #expect(try run.state().argv == ["/sbin/init"])
  }

  @Test func oneThatCannotRunIsNamed() throws {
    let root = try Root()
    try root.teller("sbin/init", mode: 0o644)
    try root.scratch.directory("etc/init")
    try root.scratch.file("bin/init", "", mode: 0o755)
    try root.teller("bin/sh")
    let run = try root.run([])
    #expect(run.end == .code(42))
    #expect(
      run.err == """
        swinit: Starting init: /sbin/init exists but couldn't execute it (error -13)
        swinit: Starting init: /etc/init exists but couldn't execute it (error -13)
        swinit: Starting init: /bin/init exists but couldn't execute it (error -8)

        """)
  }

  @Test func danglingLinkAndMissingInterpreterAreSilent() throws {
    let root = try Root()
    try root.scratch.link("sbin/init", to: "/nope")
    try root.scratch.file("etc/init", "#!/bin/nosh\n", mode: 0o755)
    try root.scratch.link("bin/init", to: "init")
    try root.teller("bin/sh")
    let run = try root.run([])
    #expect(run.end == .code(42))
    #expect(run.err == "swinit: Starting init: /bin/init exists but couldn't execute it (error -40)\n")
  }

  @Test func nothingWorks() throws {
    let run = try Root().run([])
    #expect(run.end == .code(127))
    #expect(run.said.count == 1)
    #expect(run.err.hasPrefix("swinit: No working init found.  Try passing init= option to "))
  }

  /// swinit installed as /sbin/init does not start itself: by its own path, by a link. (By the name of init it is a system's: no chain.)
  @Test(arguments: ["itself", "symlink", "hard link"]) func swinitIsSkipped(_ how: String) throws {
    let root = try Root()
    try root.teller("bin/sh")
    try root.scratch.directory("sbin")
    let place = "\(root.path)/sbin/init"
    switch how {
    case "symlink": symlink("/swinit", place)
    case "hard link": link("\(root.path)/swinit", place)
    default: rename("\(root.path)/swinit", place)
    }
    let run = try root.run([], via: [["argv0", "swinit"]], program: how == "itself" ? "/sbin/init" : "/swinit")
    #expect(run.end == .code(42), "\(run.err)")
    #expect(try run.state().argv == ["/bin/sh"])
    #expect(try run.state().ppid == 1, "no second swinit between")
  }

  @Test func verboseNamesTheProgram() throws {
    let root = try Root()
    try root.teller("sbin/init")
    let run = try root.run(["-v"])
    #expect(run.end == .code(42))
    #expect(run.err.contains("swinit: Run /sbin/init as init process\n"))
  }

  @Test func optionsBesidesTheChain() throws {
    let root = try Root()
    try root.teller("sbin/init")
    let run = try root.run(["--exit-map", "42:0", "--chdir", "/tmp"])
    #expect(run.end == .code(0))
    #expect(try run.state().cwd == "/tmp")
  }

  /// A command is a command: the chain's words are not for it.
  @Test func commandLineIsForTheChainOnly() throws {
    let root = try Root()
    let run = try root.run(["--cmdline", "init=/nope A=b", "--", "/probe", "state"])
    #expect(run.end == .code(0))
    #expect(try run.state().argv == ["/probe", "state"])
    #expect(try run.state().variable("A") == nil)
  }
}
