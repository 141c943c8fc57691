import Foundation
import Glibc
import Testing

/// swctl as its manual page has it: words, answers, exit codes.
@Suite struct SwctlTests {
  @Test func badUsage() throws {
    let it = try Supervised()
    let cases: [([String], String)] = [
      (["-x"], "unknown option '-x'; see 'swctl help'"), (["frob"], "unknown command 'frob'; see 'swctl help'"),
      (["list", "a"], "list takes no names: 'a'"), (["list", "--watch", "a"], "list takes no names: 'a'"),
      (["health", "a"], "health takes no names: 'a'"), (["doctor", "a"], "doctor takes no names: 'a'"),
      (["events", "a"], "events takes no names: 'a'"), (["list", "--foo"], "unknown option '--foo'; see 'swctl help'"),
      (["run"], "run needs a name and a command: swctl run NAME -- COMMAND"),
      (["run", "a", "--"], "run needs a command: swctl run a -- COMMAND"),
      (["run", "a", "-p"], "-p needs Key=Value, such as -p User=app"),
      (["run", "a", "-p", "X", "--", "true"], "'X' is not Key=Value"),
      (["run", "a", "-p", "Nope=1", "--", "true"], "unknown key 'Nope': not obeyed"),
      (["run", "a", "-p", "Nice=20", "--", "true"], "bad value '20' for Nice: expected a number from -20 to 19"),
      (["run", "a", "-p", "Environment=A", "--", "true"], "bad value 'A' for Environment: expected NAME=value"),
      (["run", "a b", "--", "true"], "'a b' is no name for a worker"),
      (["create", "a", "--wait", "--", "true"], "unknown option '--wait'; see 'swctl help'"),
      (["wake"], "wake needs the name of a worker"), (["stop"], "stop needs the name of a worker"),
      (["wait"], "wait needs the name of one worker"), (["wait", "a", "b"], "wait needs the name of one worker"),
      (["logs"], "logs needs the name of one worker"),
      (["kill"], "kill needs the name of a worker, and may have a signal: swctl kill NAME HUP"),
      (["kill", "a", "65"], "'65' is not a signal such as HUP or USR1"),
    ]
    for (words, line) in cases {
      let answer = try it.ctl(words)
      #expect(answer.code == 2, "\(words)")
      #expect(answer.err == "swctl: \(line)\n", "\(words)")
      #expect(answer.out == "", "\(words)")
    }
    #expect(try it.all().isEmpty, "nothing was done")
  }

  @Test(arguments: ["wake", "stop", "start", "restart", "park", "unpark", "kill", "wait", "logs", "status", "forget"])
  func thereIsNoSuchWorker(_ command: String) throws {
    let it = try Supervised()
    let answer = try it.ctl(command, "nobody")
    #expect(answer.code == 3)
    #expect(answer.err == "swctl: there is no worker 'nobody'\n")
  }

  @Test func notRunning() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--wait", "--", "true")
    try it.ctl("run", "f", "--", "/nope")
    for name in ["a", "f"] {
      for command in ["wake", "park", "kill"] {
        let answer = try it.ctl(command, name)
        #expect(answer.code == 4, "\(command)")
        #expect(answer.err == "swctl: worker '\(name)' is ended: there is nothing to \(command)\n")
      }
    }
  }

  /// One that fails does not keep the others from being done.
  @Test func severalNames() throws {
    let it = try Supervised()
    for name in ["a", "b"] { try it.ctl("run", name, "--", Place.probe, "hold") }
    let status = try it.ctl("status", "a", "nobody", "b")
    #expect(status.code == 3)
    #expect(status.out.split(separator: "\n").map { $0.prefix(10) } == ["a: running", "b: running"])
    let stopped = try it.ctl("stop", "a", "nobody", "b")
    #expect(stopped.code == 3)
    #expect(stopped.err == "swctl: there is no worker 'nobody'\n")
    #expect(try it.all().map(\.state) == ["ended", "ended"])
    #expect(try it.ctl("forget", "a", "b").code == 0)
    #expect(try it.all().isEmpty)
  }

  /// Whatever a command writes with --json is JSON: an object on each line, or for list and doctor one value.
  @Test func json() throws {
    let it = try Supervised()
    let commands: [[String]] = [
      ["version"], ["list"], ["status"], ["health"], ["doctor"],
      ["create", "a", "--", "sh", "-c", #"printf 'x"\\\001\377\n'; exec "$0" hold"#, Place.probe], ["wake", "a"], ["list"],
      ["status", "a"], ["logs", "a"], ["park", "a"], ["unpark", "a"], ["kill", "a", "CONT"], ["wait", "--ready", "a"],
      ["restart", "a"], ["stop", "a"], ["start", "a"], ["stop", "a"], ["wait", "a"], ["run", "b", "--", "/nope"],
      ["status", "b"],
      ["forget", "a", "b"],
    ]
    for words in commands {
      let answer = try it.ctl(["--json"] + words)
      let data = Data(answer.out.utf8)
      if (try? JSONSerialization.jsonObject(with: data)) != nil { continue }
      for line in answer.out.split(separator: "\n") {
        #expect(throws: Never.self, "\(words): \(line)") { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
      }
      #expect(words[0] == "run" || words[0] == "forget" || words[0] == "logs" || !answer.out.isEmpty, "\(words) says something")
    }
  }

  @Test func logsAsJSON() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--wait", "--", "printf", #"x"\\\001\n"#)
    #expect(try it.ctl("--json", "logs", "a").out == #"{"name":"a","output":"x\"\\\u0001\u000a"}"# + "\n")
  }

  /// What cannot be written is told; a reader who has gone is not; and health is its code.
  @Test(arguments: [("/dev/full", "No space left on device"), ("-", "Bad file descriptor")])
  func outputThatCannotBeWritten(_ place: String, _ words: String) throws {
    let it = try Supervised()
    let target = place == "-" ? ">&-" : ">\(place)"
    func run(_ command: String) throws -> (Int32, String) {
      let file = "\(it.scratch.path)/err"
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-c", "\(it.scratch.path)/swctl \(command) \(target) 2>\(file)"]
      process.environment = ["SWINIT_CONTROL": it.control]
      try Turn.take { try process.run() }
      process.waitUntilExit()
      return (process.terminationStatus, try String(contentsOfFile: file, encoding: .utf8))
    }
    for command in ["list", "help", "--version", "--json list"] {
      let (code, line) = try run(command)
      #expect(code == 1, "\(command)")
      #expect(line == "swctl: cannot write: \(words)\n", "\(command)")
    }
    #expect(try run("health") == (0, ""))
  }

  @Test(arguments: ["/nope", String(repeating: "x", count: 200), "@nobody"]) func nobodyIsThere(_ place: String) throws {
    let scratch = try Scratch()
    let run = try Session.run(
      ["list"], env: ["SWINIT_CONTROL=\(place)"], program: try scratch.link("swctl", to: Place.swinit))
    #expect(run.end == .code(69))
    #expect(run.err.hasPrefix("swctl: cannot reach kthreadd at "))
  }
}
