import Foundation
import Glibc
import Testing

extension Supervised {
  /// What `swctl --json status` tells of a worker under this key.
  func told<Value>(_ name: String, _ key: String, as: Value.Type = Value.self) throws -> Value {
    let answer = try ctl("--json", "status", name)
    let object = try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) as? [String: Any]
    guard let value = object?[key] as? Value else { throw Trouble("no \(key) in the status of \(name): \(answer)") }
    return value
  }

  /// A worker that runs each line that is written to its FIFO, with sh.
  func obedient(_ name: String, _ options: [String]) throws -> Commands {
    let fifo = "\(scratch.path)/\(name).commands"
    guard mkfifo(fifo, 0o600) == 0 else { throw Trouble("mkfifo: errno \(errno)") }
    let answer = try ctl(["run", name] + options + ["--", "sh", "-c", "while read -r line; do eval \"$line\"; done <> \(fifo)"])
    guard answer.code == 0 else { throw Trouble("swctl run: \(answer)") }
    return Commands(fifo)
  }

  /// swctl that goes on, and what it has written.
  func follow(_ words: String...) throws -> Following { try Following("\(scratch.path)/swctl", words, control) }

  final class Following {
    private let process = Process()
    private let out = Foundation.Pipe()
    private var bytes = Data()

    init(_ program: String, _ words: [String], _ control: String) throws {
      process.executableURL = URL(filePath: program)
      process.arguments = words
      process.environment = ["SWINIT_CONTROL": control]
      process.standardOutput = out
      process.standardError = FileHandle.nullDevice
      try Turn.take { try process.run() }
    }

    deinit { if process.isRunning { process.terminate() } }

    /// Everything until its end, which comes with this.
    var text: String {
      process.terminate()
      bytes += out.fileHandleForReading.readDataToEndOfFile()
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  struct Commands {
    private let file: FileHandle
    init(_ path: String) { file = FileHandle(fileDescriptor: open(path, O_RDWR | O_CLOEXEC), closeOnDealloc: true) }
    func callAsFunction(_ line: String) { file.write(Data("\(line)\n".utf8)) }
  }
}

/// Where workers' lines go: as JSON, to files, nowhere.
@Suite struct KthreaddOutputTests {
  private struct Object: Decodable {
    let time, worker, message: String
    let pid: Int32?
  }

  /// All objects that a container has said.
  private func objects(_ text: String) throws -> [Object] {
    try text.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
      try JSONDecoder().decode(Object.self, from: Data($0.utf8))
    }
  }

  @Test func linesAsJSON() throws {
    let it = try Supervised()
    let script =
      #"printf 'plain\nwith "quotes" and \\ and \ttab\nUTF-8: \303\251\342\202\254\360\237\220\247\nLatin-1: \351\377\300\200\nno end'"#
    try it.ctl("run", "a", "-p", "StandardOutput=json", "--wait", "--", "sh", "-c", script)
    try it.session.line("no end")
    let said = try objects(it.session.text(.out))
    #expect(
      said.map(\.message) == [
        "plain", "with \"quotes\" and \\ and \ttab", "UTF-8: é€🐧", "Latin-1: \u{E9}\u{FF}\u{C0}\u{80}", "no end",
      ])
    for object in said {
      #expect(object.worker == "a")
      #expect(object.time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/) != nil, "\(object.time)")
      #expect(object.pid ?? 0 > 1)
    }
    // By another's calendar it is now.
    let form = ISO8601DateFormatter()
    form.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    let time = try #require(form.date(from: said[0].time.replacing(/\d{3}Z$/, with: "Z")))
    #expect(abs(time.timeIntervalSinceNow) < 600)
  }

  /// What does not fit into one write(2) is several objects; nothing is missing.
  @Test func longLinesAsJSON() throws {
    let it = try Supervised()
    try it.ctl(
      "run", "a", "-p", "StandardOutput=json", "--wait", "--", "sh", "-c",
      "head -c 3000 /dev/zero | tr '\\0' '\\1'; echo; head -c 9000 /dev/zero | tr '\\0' x; echo; for i in $(seq 3000); do printf €; done; echo; echo last"
    )
    try it.session.line("last")
    let text = it.session.text(.out)
    let said = try objects(text)
    #expect(said.last?.message == "last")
    let all = said.dropLast().map(\.message).joined()
    #expect(
      all == String(repeating: "\u{1}", count: 3000) + String(repeating: "x", count: 9000) + String(repeating: "€", count: 3000))
    #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count < 4096 })
  }

  @Test func nothingIsShownOfNull() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "StandardOutput=null", "--wait", "--", "echo", "kept")
    #expect(try it.ctl("logs", "a").out == "kept\n")
    try it.ctl("run", "b", "--wait", "--", "echo", "shown")
    try it.session.line("b | shown")
    #expect(!it.session.text(.out).contains("kept"))
  }

  @Test(arguments: ["append", "file"]) func linesToAFile(_ word: String) throws {
    let it = try Supervised()
    let path = try it.scratch.file("log", "before\n")
    for text in ["one; echo two >&2", "three; printf four"] {
      try it.ctl(
        "run", "a", "-p", "StandardOutput=\(word):\(path)", "-p", "StandardError=inherit", "--wait", "--", "sh", "-c",
        "echo \(text)")
    }
    #expect(try it.scratch.read("log") == "before\none\ntwo\nthree\nfour\n")
    #expect(try it.ctl("logs", "a").out == "three\nfour", "the ring has them too")
    try it.ctl("run", "b", "-p", "StandardOutput=\(word):\(path).new", "--wait", "--", "echo", "mine")
    #expect(try it.scratch.read("log.new") == "mine\n")
    var status = stat()
    #expect(stat("\(path).new", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o640)
    #expect(!it.session.text(.out).contains("|"))
  }

  /// Whoever renames the file needs to tell nobody.
  @Test func aRenamedFileIsMadeAnew() throws {
    let it = try Supervised()
    let path = "\(it.scratch.path)/log"
    let a = try it.obedient("a", ["-p", "StandardOutput=append:\(path)"])
    a("echo one")
    try it.session.eventually("the first line") { (try? it.scratch.read("log")) == "one\n" }
    #expect(rename(path, "\(path).old") == 0)
    a("echo two")
    try it.session.eventually("the second line") { (try? it.scratch.read("log")) == "two\n" }
    #expect(try it.scratch.read("log.old") == "one\n")
  }

  /// Whole lines, none twice and none missing, in files that are no longer than was asked for, and no more of them.
  @Test(arguments: [0, 2]) func rotation(_ kept: Int) throws {
    let it = try Supervised()
    let path = "\(it.scratch.path)/log"
    // One from a time when more were kept, directly behind.
    try it.scratch.file("log.\(kept + 1)", "old\n")
    try it.ctl(
      "run", "a", "-p", "StandardOutput=append:\(path)", "-p", "LogSize=8K", "-p", "LogFiles=\(kept)", "--wait", "--", "seq",
      "10000")
    let files = (0...3).map { $0 == 0 ? "log" : "log.\($0)" }
    var lines: [Int] = []
    for file in files.reversed() {
      guard let text = try? it.scratch.read(file) else { continue }
      if kept == 0, file != "log" { continue }
      #expect(text.utf8.count <= 8192 && text.hasSuffix("\n"))
      lines += text.split(separator: "\n").map { Int($0) ?? -1 }
    }
    #expect(lines.last == 10000)
    #expect(lines == Array(10001 - lines.count...10000), "one behind the other")
    for number in 1...3 {
      #expect(FileManager.default.fileExists(atPath: "\(path).\(number)") == (kept == 0 ? number == 1 : number <= kept))
    }
    #expect(try it.told("a", "dropped") == 0)
  }

  /// Neither a link nor a second name leads kthreadd to somebody else's file.
  @Test(arguments: ["symbolic", "hard"]) func linksAreNotFollowed(_ kind: String) throws {
    let it = try Supervised()
    let victim = try it.scratch.file("victim", "mine\n")
    let path = "\(it.scratch.path)/log"
    #expect(kind == "hard" ? link(victim, path) == 0 : symlink(victim, path) == 0)
    try it.ctl("run", "a", "-p", "StandardOutput=append:\(path)", "--wait", "--", "sh", "-c", "echo one; echo two")
    try it.session.line(
      "worker 'a': cannot write to \(path): \(kind == "hard" ? "Too many links" : "Symbolic link loop")", on: .err)
    #expect(try it.scratch.read("victim") == "mine\n")
    #expect(try it.told("a", "dropped") == 2)
  }

  /// A full file system costs lines, which are counted; it is told once when it begins and once when it is over, also where another
  /// kthreadd comes in between. The worker notices nothing.
  @Test func aFullFileSystem() throws {
    let scratch = try Scratch()
    let it = try Supervised(via: [["hide", scratch.path]])
    let path = "\(scratch.path)/log"
    let inside = "/proc/\(it.session.pid)/root\(path)"
    let events = try it.follow("events")
    let a = try it.obedient("a", ["-p", "StandardOutput=append:\(path)"])
    // One page is all there is.
    a("seq -w 1 1000; echo full >&2")
    try it.session.line("cannot write to \(path): No space left on device", on: .err)
    try it.session.eventually("lines to be lost") { try it.told("a", "dropped") == 1001 - 819 }
    var text = try String(contentsOfFile: inside, encoding: .utf8)
    #expect(text.hasSuffix("\n0819\n") && text.utf8.count == 819 * 5, "no line is torn")
    try it.killKthreadd()
    #expect(try it.told("a", "dropped") == 1001 - 819)
    a("echo still")
    try it.session.eventually("one more to be lost") { try it.told("a", "dropped") == 1002 - 819 }
    // There is room again, and nobody needs to be told of it.
    a(": > \(path)")
    a("echo back")
    try it.session.line("\(path) takes its lines again; lost so far: 183", on: .err)
    text = try String(contentsOfFile: inside, encoding: .utf8)
    #expect(text == "back\n")
    #expect(it.session.text(.err).matches(of: /cannot write/).count == 1, "told once")
    #expect(try it.told("a").restarts == 0)
    #expect(events.text.contains("lines nobody took: "))
  }

  /// Somebody who lives on has the pipe too; what the worker itself said last is not kept back for that.
  @Test func theLastLineIsWrittenAtTheEnd() throws {
    let it = try Supervised()
    let path = "\(it.scratch.path)/log"
    let fifo = "\(it.scratch.path)/fifo"
    mkfifo(fifo, 0o600)
    let helper = "setsid sh -c 'echo there >\(fifo); exec \(Place.probe) hold 3>&1 >/dev/null'"
    try it.ctl(
      "run", "a", "-p", "StandardOutput=append:\(path)", "--wait", "--", "sh", "-c", "\(helper) & read line <\(fifo); printf last"
    )
    #expect(try it.scratch.read("log") == "last\n")
  }

  @Test func aPlaceThatIsNotThere() throws {
    let it = try Supervised()
    #expect(
      try it.ctl("run", "a", "-p", "StandardOutput=append:/nope/log", "--wait", "--", "sh", "-c", "echo one; exit 3").code == 3)
    try it.session.line("cannot write to /nope/log: No such file or directory; its lines are lost", on: .err)
    // A FIFO that nobody reads takes nothing, and makes nobody wait.
    mkfifo("\(it.scratch.path)/fifo", 0o600)
    #expect(try it.ctl("run", "b", "-p", "StandardOutput=append:\(it.scratch.path)/fifo", "--wait", "--", "echo", "x").code == 0)
    try it.session.line("fifo: No such device or address", on: .err)
  }

  @Test func filesOutliveKthreadd() throws {
    let it = try Supervised()
    let path = "\(it.scratch.path)/log"
    let a = try it.obedient("a", ["-p", "StandardOutput=file:\(path)", "-p", "LogSize=8K", "-p", "LogFiles=1"])
    var expected = ""
    for round in 1...3 {
      a("echo line \(round)")
      expected += "line \(round)\n"
      try it.session.eventually("line \(round)") { (try? it.scratch.read("log")) == expected }
      try it.killKthreadd()
    }
    a("seq 3000")
    try it.session.eventually("a rotation") {
      try it.scratch.read("log").hasSuffix("\n3000\n") && FileManager.default.fileExists(atPath: "\(path).1")
    }
  }

  @Test(
    arguments: [
      ("StandardOutput=append:log", "append:/PATH"), ("StandardOutput=file:/", "file:/PATH"),
      ("StandardOutput=somewhere", "json"),
      ("StandardError=null", "inherit"), ("LogSize=8191", "8K"), ("LogFiles=101", "0 to 100"), ("LogFiles=-1", "0 to 100"),
      ("CPUQuota=50", "50%"), ("CPUQuota=0%", "50%"),
    ]) func badValues(_ assignment: String, _ expected: String) throws
  {
    let it = try Supervised()
    let answer = try it.ctl("run", "a", "-p", assignment, "--", "true")
    #expect(answer.code == 2)
    #expect(answer.err.contains(expected) && answer.err.split(separator: "\n").count == 1, "\(answer.err)")
  }
}
