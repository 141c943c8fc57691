import Foundation
import Glibc

/// swctl on a terminal of its own, with a person in front of it.
final class SwctlTerminal {
  let terminal: Terminal
  private(set) var pid: pid_t = 0
  private var seen: [UInt8] = []
  private var status: Int32?

  init(_ it: Supervised, _ words: [String], env: [String] = ["TERM=xterm"], rows: UInt16 = 24, columns: UInt16 = 80) throws {
    terminal = try Terminal()
    terminal.resize(rows: rows, columns: columns)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, 0x80 /* POSIX_SPAWN_SETSID */)
    // The first one that a session's leader opens is its controlling terminal.
    posix_spawn_file_actions_addopen(&actions, 0, terminal.path, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    let program = "\(it.scratch.path)/swctl"
    var argv: [UnsafeMutablePointer<CChar>?] = ([program] + words).map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] = (env + ["SWINIT_CONTROL=\(it.control)"]).map { strdup($0) } + [nil]
    defer { (argv + envp).forEach { free($0) } }
    let error = Turn.take { posix_spawn(&pid, program, &actions, &attributes, &argv, &envp) }
    guard error == 0 else { throw Trouble("cannot start \(program): errno \(error)") }
  }

  deinit {
    guard status == nil else { return }
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
  }

  var text: String { String(decoding: seen, as: UTF8.self) }
  /// What was drawn last, or is being drawn.
  var screen: String { text.components(separatedBy: "\u{1B}[H").last ?? "" }

  /// Reads until `condition` holds.
  func until(_ what: String, _ condition: () throws -> Bool) throws {
    let limit = Date(timeIntervalSinceNow: Session.deadline)
    while try !condition() {
      var file = pollfd(fd: terminal.master, events: Int16(POLLIN), revents: 0)
      let left = limit.timeIntervalSinceNow
      guard left > 0 else { throw Trouble("waited in vain for \(what); the terminal: \(text.suffix(2000).debugDescription)") }
      guard poll(&file, 1, Int32(min(left, 0.05) * 1000)) > 0 else { continue }
      var block = [UInt8](repeating: 0, count: 65536)
      let count = read(terminal.master, &block, block.count)
      if count > 0 { seen += block[..<count] }
    }
  }

  /// Waits for its end: 128 and the signal when one has ended it.
  func finish() throws -> Int32 {
    try until("the end of swctl") {
      var raw: Int32 = 0
      guard waitpid(self.pid, &raw, WNOHANG) == self.pid else { return false }
      self.status = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : -(raw & 0x7F)
      return true
    }
    // What it wrote at its end.
    var file = pollfd(fd: terminal.master, events: Int16(POLLIN), revents: 0)
    while poll(&file, 1, 0) > 0 {
      var block = [UInt8](repeating: 0, count: 65536)
      let count = read(terminal.master, &block, block.count)
      guard count > 0 else { break }
      seen += block[..<count]
    }
    return status ?? -1
  }

  /// How the terminal is set.
  var settings: [UInt32] {
    var settings = termios()
    tcgetattr(terminal.master, &settings)
    return [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag]
  }
}
