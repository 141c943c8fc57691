import Foundation
import Glibc
import Testing

/// `swctl list --watch`, on a terminal and without one.
@Suite(.serialized) struct SwctlWatchTests {
  private func watch(_ it: Supervised, _ words: [String] = [], env: [String] = ["TERM=xterm"], rows: UInt16 = 24) throws
    -> SwctlTerminal
  { try SwctlTerminal(it, ["list", "--watch"] + words, env: env, rows: rows) }

  /// Changes come by themselves; what it uses is there, and columns are sorted by name.
  @Test func aTable() throws {
    let it = try Supervised()
    try it.ctl("run", "b", "--", Place.probe, "hold")
    let watch = try watch(it)
    try watch.until("b") { watch.screen.contains("b     \u{1B}[32mrunning") }
    #expect(watch.screen.contains("NAME  STATE         PID   CPU%     MEM   UPTIME  RESTARTS"))
    try it.ctl("run", "a", "--", "sh", "-c", "while :; do :; done")
    try watch.until("a above b") {
      watch.screen.range(of: "(?s)2 workers, 2 running.*a     .*running.*b     .*running", options: .regularExpression) != nil
    }
    try watch.until("its memory and its share of a processor") {
      watch.screen.range(of: "a     \\S+running  \\S+ +[0-9]+ +[1-9][0-9.]* +[0-9]+K", options: .regularExpression) != nil
    }
    try it.ctl("stop", "a")
    try it.ctl("forget", "a")
    try watch.until("a to be gone") { watch.screen.contains("1 worker, 1 running") && watch.screen.hasSuffix("\u{1B}[J") }
    watch.terminal.type("q")
    #expect(try watch.finish() == 0)
  }

  /// However it ends, the terminal is as it was.
  @Test(arguments: ["q", "\u{3}", "TERM", "HUP"]) func theTerminalIsGivenBack(_ way: String) throws {
    let it = try Supervised()
    let watch = try watch(it)
    try watch.until("the table") { watch.screen.contains("0 workers") }
    let during = watch.settings
    switch way {
    case "TERM": kill(watch.pid, SIGTERM)
    case "HUP": kill(watch.pid, SIGHUP)
    default: watch.terminal.type(way)
    }
    #expect(try watch.finish() == ["TERM": 143, "HUP": 129][way] ?? 0)
    #expect(watch.text.hasPrefix("\u{1B}[?1049h\u{1B}[?25l"))
    #expect(watch.text.hasSuffix("\u{1B}[?25h\u{1B}[?1049l"))
    #expect(watch.settings[3] & UInt32(ECHO | ICANON) == UInt32(ECHO | ICANON))
    #expect(during[3] & UInt32(ECHO | ICANON) == 0 && during[3] & UInt32(ISIG) != 0)
  }

  /// Ctrl-Z gives the terminal to the shell, and fg takes it again.
  @Test func suspendAndGoOn() throws {
    let it = try Supervised()
    let watch = try watch(it)
    try watch.until("the table") { watch.screen.contains("0 workers") }
    watch.terminal.type("\u{1A}")
    try watch.until("it to be stopped") { status(watch.pid, "State")?.hasPrefix("T") == true }
    #expect(watch.settings[3] & UInt32(ECHO | ICANON) == UInt32(ECHO | ICANON))
    let before = watch.text.count
    kill(watch.pid, SIGCONT)
    try watch.until("the table again") { watch.text.dropFirst(before).contains("0 workers") }
    try watch.until("the terminal to be its own again") { watch.settings[3] & UInt32(ECHO | ICANON) == 0 }
    watch.terminal.type("q")
    #expect(try watch.finish() == 0)
  }

  @Test func resize() throws {
    let it = try Supervised()
    for name in ["a", "b", "c", "d"] { try it.ctl("create", name, "--", "true") }
    let watch = try watch(it, rows: 5)
    try watch.until("what does not fit") { watch.screen.contains("and 2 more") }
    watch.terminal.resize(rows: 20, columns: 20)
    try watch.until("all of them") { watch.screen.contains("d     ") && watch.screen.hasSuffix("\u{1B}[J") }
    #expect(!watch.screen.contains("more"))
    let widths = watch.screen.replacing(/\u{1B}\[[0-9]*[a-zA-Z]/, with: "").split(whereSeparator: \.isNewline).map(\.count)
    #expect(widths.allSatisfy { $0 <= 20 }, "\(widths)")
    watch.terminal.type("q")
    #expect(try watch.finish() == 0)
  }

  @Test func itOutlivesKthreadd() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--", Place.probe, "hold")
    let watch = try watch(it)
    try watch.until("a") { watch.screen.contains("running") }
    let old = try #require(it.kthreadd)
    kill(old, SIGKILL)
    try it.ctl("run", "b", "--", Place.probe, "hold")
    try watch.until("b") { watch.screen.contains("2 workers, 2 running") }
    #expect(it.kthreadd != old)
    _ = try it.stop()
    #expect(try watch.finish() == 69)
    #expect(watch.text.contains("swctl: cannot reach kthreadd"))
  }

  @Test(arguments: ["NO_COLOR=1", "NO_COLOR="]) func colours(_ variable: String) throws {
    let it = try Supervised()
    try it.ctl("create", "a", "--", "true")
    let watch = try watch(it, env: ["TERM=xterm", variable])
    try watch.until("a") { watch.screen.contains("created") && watch.screen.hasSuffix("\u{1B}[J") }
    #expect(watch.screen.contains("\u{1B}[0m") == (variable == "NO_COLOR="))
    watch.terminal.type("q")
    #expect(try watch.finish() == 0)
  }

  /// A terminal that can do nothing gets lines.
  @Test func dumb() throws {
    let it = try Supervised()
    try it.ctl("create", "a", "--", "true")
    let watch = try watch(it, env: ["TERM=dumb"])
    try watch.until("a") { watch.text.contains("a: created") }
    #expect(!watch.text.contains("\u{1B}"))
    watch.terminal.type("\u{3}")
    #expect(try watch.finish() == -SIGINT)
  }

  /// Where there is no terminal: lines, or JSON, for the workers there are and each change.
  @Test func lines() throws {
    let it = try Supervised()
    try it.ctl("create", "a", "--", "true")
    let follower = try Follower(it, ["list", "--watch", "--json"])
    let first = try follower.next()
    #expect(first["name"] as? String == "a" && first["state"] as? String == "created" && first["forgotten"] == nil)
    let old = try #require(it.kthreadd)
    kill(old, SIGKILL)
    try it.session.eventually("another kthreadd") { it.kthreadd != nil && it.kthreadd != old }
    try it.ctl("stop", "a")
    try it.ctl("forget", "a")
    var states: [String] = []
    while true {
      let told = try follower.next()
      states.append(told["state"] as? String ?? "")
      if told["forgotten"] as? Bool == true { break }
    }
    #expect(states.suffix(2) == ["ended", "ended"])
  }
}

/// What swctl writes as it comes, a JSON object on each line.
private final class Follower {
  private let process = Process()
  private let out = Foundation.Pipe()
  private var rest = Data()

  init(_ it: Supervised, _ words: [String]) throws {
    process.executableURL = URL(filePath: "\(it.scratch.path)/swctl")
    process.arguments = words
    process.environment = ["SWINIT_CONTROL": it.control]
    process.standardOutput = out
    try Turn.take { try process.run() }
  }

  deinit { process.terminate() }

  func next() throws -> [String: Any] {
    while true {
      if let newline = rest.firstIndex(of: 10) {
        let line = rest[..<newline]
        rest = Data(rest[(newline + 1)...])
        return try JSONSerialization.jsonObject(with: line) as? [String: Any] ?? [:]
      }
      var file = pollfd(fd: out.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&file, 1, Int32(Session.deadline * 1000)) > 0 else { throw Trouble("waited in vain for a line") }
      let more = out.fileHandleForReading.availableData
      guard !more.isEmpty else { throw Trouble("swctl has ended") }
      rest += more
    }
  }
}
