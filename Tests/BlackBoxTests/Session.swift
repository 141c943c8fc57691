import Foundation
import Glibc

/// How PID 1 ended, as its parent saw it.
enum End: Equatable {
  case code(Int32)
  case killed(Int32)
}

/// A run that is over.
struct Outcome {
  let end: End
  let out: String
  let err: String

  /// What swinit said: its lines on stderr.
  var said: [Substring] { err.split(separator: "\n").filter { $0.hasPrefix("swinit: ") } }
  /// The object printed by `probe state`.
  func state() throws -> CommandState { try CommandState(line: out) }
}

/// One run of a program as PID 1 of its own pid and mount namespaces, started through `probe ns`.
///
/// Everything is read by one loop over poll(2). A wait that lasts past the deadline kills the run and throws what was seen.
final class Session {
  /// Where the command's standard input comes from.
  enum Input { case null, pipe }
  enum Source: Int { case out, err, tty }

  /// Seconds that any wait may last. Generous: a machine under load must not make a test fail.
  static let deadline = Double(ProcessInfo.processInfo.environment["SWINIT_TEST_DEADLINE"] ?? "") ?? 10

  /// PID 1's number, seen from outside.
  private(set) var pid: pid_t = 0
  private(set) var end: End?
  private let launcher: pid_t
  private var readers: [Int32]
  private var seen = [[UInt8]](repeating: [], count: 4)
  private var cursors = [Int](repeating: 0, count: 3)
  private var input: Int32 = -1
  private var over = false
  private let words: [String]

  private static let status = 3
  /// Writing to a command that has gone must not end the tests.
  private static let pipesAreQuiet: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

  /// - Parameters:
  ///   - words: swinit's words, behind its own name.
  ///   - env: all variables; PATH has a standard value.
  ///   - via: `probe` wrappers that prepare the process which becomes PID 1, in order.
  ///   - program: what is run instead of swinit, with `prefix` before the words.
  convenience init(
    _ words: [String], env: [String] = [], via: [[String]] = [], proc: Bool = true, input: Input = .null,
    tty: Terminal? = nil, probe: String = Place.probe, program: String = Place.swinit, prefix: [String] = []
  ) throws {
    let chain = via.flatMap { [probe] + $0 + ["--"] }
    try self.init(
      all: [Place.probe, "ns"] + (proc ? [] : ["noproc"]) + ["--"] + chain + [program] + prefix + words, env, input, tty)
  }

  private init(all words: [String], _ env: [String], _ input: Input, _ tty: Terminal?) throws {
    Self.pipesAreQuiet
    let out = try Pipe()
    let err = try Pipe()
    let status = try Pipe()
    let stdin = input == .pipe ? try Pipe() : nil
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let stdin {
      posix_spawn_file_actions_adddup2(&actions, stdin.read, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    // Above all others first, so that none is overwritten before its turn.
    for (source, target) in zip([out.write, err.write, status.write], [Int32(1), 2, 3]) {
      posix_spawn_file_actions_adddup2(&actions, source, target)
    }
    let path = env.contains { $0.hasPrefix("PATH=") } ? [] : ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    let environment = path + env
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { (argv + envp).forEach { free($0) } }
    var pid: pid_t = 0
    let error = Turn.take { posix_spawn(&pid, Place.probe, &actions, nil, &argv, &envp) }
    out.closeWrite()
    err.closeWrite()
    status.closeWrite()
    stdin?.closeRead()
    self.words = words
    launcher = pid
    readers = [out.take(), err.take(), tty?.master ?? -1, status.take()]
    self.input = stdin?.takeWrite() ?? -1
    guard error == 0 else { throw Trouble("cannot start \(words): errno \(error); is \(Place.probe) built?") }
    try pump("the start") { self.pid != 0 || self.end != nil }
  }

  deinit { stop() }

  /// Runs to the end.
  static func run(
    _ words: [String], env: [String] = [], via: [[String]] = [], proc: Bool = true, tty: Terminal? = nil,
    probe: String = Place.probe, program: String = Place.swinit, prefix: [String] = []
  ) throws -> Outcome {
    try Session(words, env: env, via: via, proc: proc, tty: tty, probe: probe, program: program, prefix: prefix).finish()
  }

  /// Waits for PID 1's end, which ends everything in its namespace.
  func finish(within seconds: Double = Session.deadline) throws -> Outcome {
    try pump("the end", within: seconds) { self.end != nil && self.readers[0] < 0 && self.readers[1] < 0 }
    stop()
    return Outcome(end: end!, out: text(.out), err: text(.err))
  }

  /// Waits for a whole line that contains `part`, behind the last one found. Gives the line.
  @discardableResult func line(_ part: String, on source: Source = .out) throws -> String {
    var found: String?
    try pump("a line with '\(part)' on \(source)") {
      found = self.next(source) { $0.contains(part) }
      return found != nil
    }
    return found!
  }

  /// Waits for text that need not be a whole line (a prompt), behind the last line found.
  func prompt(_ part: String, on source: Source = .tty) throws {
    try pump("'\(part)' on \(source)") {
      let rest = String(decoding: self.seen[source.rawValue][self.cursors[source.rawValue]...], as: UTF8.self)
      return rest.contains(part)
    }
  }

  /// Looks again and again until `condition` holds.
  func eventually(_ what: String, _ condition: () throws -> Bool) throws {
    let limit = Date(timeIntervalSinceNow: Session.deadline)
    while try !condition() {
      guard Date() < limit else { throw gaveUp("\(what)") }
      usleep(5000)
    }
  }

  /// Sends PID 1 a signal from outside.
  func send(_ signal: Int32) {
    // Never kill(0): that would be the tests themselves.
    if pid > 0, end == nil { kill(pid, signal) }
  }

  func write(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) } }

  func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  /// All that came so far.
  func text(_ source: Source) -> String { String(decoding: seen[source.rawValue], as: UTF8.self) }

  /// How often a line that is exactly this has come.
  func count(_ line: String, on source: Source = .out) -> Int {
    text(source).split(whereSeparator: \.isNewline).count { $0 == line }
  }

  // MARK: -

  private func next(_ source: Source, where matches: (String) -> Bool) -> String? {
    let bytes = seen[source.rawValue]
    var start = cursors[source.rawValue]
    while let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = String(decoding: bytes[start..<newline], as: UTF8.self)
      start = newline + 1
      if matches(line) {
        cursors[source.rawValue] = start
        return line
      }
    }
    return nil
  }

  private func pump(_ what: String, within seconds: Double = Session.deadline, until done: () -> Bool) throws {
    let limit = Date(timeIntervalSinceNow: seconds)
    while !done() {
      let left = limit.timeIntervalSinceNow
      guard left > 0 else { throw gaveUp(what) }
      // The terminal never ends: the harness itself has it open.
      guard readers[0] >= 0 || readers[1] >= 0 || readers[Self.status] >= 0 else { throw gaveUp("\(what), and all had ended") }
      var fds = readers.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard poll(&fds, nfds_t(fds.count), Int32(left * 1000) + 1) > 0 else { continue }
      for index in fds.indices where fds[index].revents != 0 { take(index) }
    }
  }

  private func take(_ index: Int) {
    var block = [UInt8](repeating: 0, count: 65536)
    let length = read(readers[index], &block, block.count)
    if length > 0 {
      seen[index] += block[..<length]
    } else if index == Source.tty.rawValue {
      readers[index] = -1
    } else {
      close(readers[index])
      readers[index] = -1
    }
    guard index == Self.status else { return }
    for line in String(decoding: seen[index], as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2, let number = Int32(words[1]) else { continue }
      switch words[0] {
      case "pid": pid = number
      case "exit": end = .code(number)
      default: end = .killed(number)
      }
    }
  }

  private func gaveUp(_ what: String) -> Trouble {
    let state = end.map { "PID 1 ended: \($0)" } ?? "PID 1 (\(pid)) runs; children \(processes(under: pid))"
    let trouble = Trouble(
      """
      waited in vain for \(what)
      words: \(words.joined(separator: " ").prefix(1000))
      \(state)
      stdout: \(text(.out).suffix(2000))
      stderr: \(text(.err).suffix(2000))
      terminal: \(text(.tty).suffix(2000))
      """)
    stop()
    return trouble
  }

  private func stop() {
    guard !over else { return }
    over = true
    closeInput()
    if end == nil, pid > 0 { kill(pid, SIGKILL) }
    for (index, fd) in readers.enumerated() where fd >= 0 && index != Source.tty.rawValue { close(fd) }
    // With nobody reading its status, the launcher kills what is left and ends.
    if launcher > 0 { waitpid(launcher, nil, 0) }
  }
}
