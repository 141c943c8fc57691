import Foundation
import Glibc

/// What went wrong in the harness, or what was waited for in vain.
struct Trouble: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A run that is over.
struct Outcome {
  /// The exit code, or 128 + the signal.
  let code: Int32
  let out: String
  let err: String
}

/// A program of the host's that the tests talk with. A wait past the deadline kills it and throws what was seen.
final class Program {
  /// Seconds that a wait may last; generous, so that a machine under load does not make a test fail.
  static let deadline = Double(ProcessInfo.processInfo.environment["SWINIT_TEST_DEADLINE"] ?? "") ?? 30

  private let words: [String]
  private let pid: pid_t
  private var readers: [Int32]
  private var seen: [[UInt8]] = [[], []]
  private var terminal: Int32 = -1
  private var over = false

  /// - Parameter tty: stdin, stdout and stderr are one new terminal; what comes from it is `out`.
  init(_ words: [String], env: [String: String] = [:], tty: Bool = false) throws {
    var out: [Int32] = [-1, -1], err: [Int32] = [-1, -1]
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if tty {
      var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
      var master: Int32 = -1, slave: Int32 = -1
      guard openpty(&master, &slave, nil, nil, &size) == 0 else { throw Trouble("openpty: errno \(errno)") }
      out = [master, slave]
      for fd in out { _ = fcntl(fd, F_SETFD, FD_CLOEXEC) }
      terminal = out[0]
      for fd in Int32(0)...2 { posix_spawn_file_actions_adddup2(&actions, out[1], fd) }
    } else {
      guard pipe(&out) == 0, pipe(&err) == 0 else { throw Trouble("pipe: errno \(errno)") }
      for fd in out + err { _ = fcntl(fd, F_SETFD, FD_CLOEXEC) }
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
      posix_spawn_file_actions_adddup2(&actions, out[1], 1)
      posix_spawn_file_actions_adddup2(&actions, err[1], 2)
    }
    let environment = ProcessInfo.processInfo.environment.merging(env) { $1 }.map { "\($0)=\($1)" }
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { (argv + envp).forEach { free($0) } }
    // A thread of the tests has signals blocked, and podman hands that on to the container.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t(), all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var pid: pid_t = 0
    let error = posix_spawnp(&pid, words[0], &actions, &attributes, &argv, &envp)
    for fd in [out[1], err[1]] where fd >= 0 { close(fd) }
    self.words = words
    self.pid = pid
    readers = [out[0], err[0]]
    guard error == 0 else {
      over = true
      throw Trouble("cannot start \(words[0]): errno \(error)")
    }
  }

  deinit {
    if !over {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
    for fd in readers where fd >= 0 { close(fd) }
  }

  @discardableResult static func run(
    _ words: [String], env: [String: String] = [:], within seconds: Double = Program.deadline
  ) throws -> Outcome {
    try Program(words, env: env).finish(within: seconds)
  }

  /// Waits for the text on stdout (or the terminal).
  func text(_ part: String) throws {
    try pump("'\(part)'", Self.deadline) { String(decoding: self.seen[0], as: UTF8.self).contains(part) }
  }

  /// Types on the terminal.
  func type(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) } }

  func finish(within seconds: Double = Program.deadline) throws -> Outcome {
    let limit = Date(timeIntervalSinceNow: seconds)
    try pump("the end", seconds) { self.readers.allSatisfy { $0 < 0 } }
    var status: Int32 = 0
    while waitpid(pid, &status, WNOHANG) == 0 {
      guard Date() < limit else { throw gaveUp("the end") }
      usleep(2000)
    }
    over = true
    let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    return Outcome(code: code, out: String(decoding: seen[0], as: UTF8.self), err: String(decoding: seen[1], as: UTF8.self))
  }

  private func pump(_ what: String, _ seconds: Double, until done: () -> Bool) throws {
    let limit = Date(timeIntervalSinceNow: seconds)
    var block = [UInt8](repeating: 0, count: 65536)
    while !done() {
      let left = limit.timeIntervalSinceNow
      guard left > 0, readers.contains(where: { $0 >= 0 }) else { throw gaveUp(what) }
      var fds = readers.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard poll(&fds, 2, Int32(left * 1000) + 1) > 0 else { continue }
      for index in 0..<2 where fds[index].revents != 0 {
        let length = read(readers[index], &block, block.count)
        if length > 0 {
          seen[index] += block[..<length]
        } else {
          close(readers[index])
          readers[index] = -1
        }
      }
    }
  }

  private func gaveUp(_ what: String) -> Trouble {
    let text = seen.map { String(decoding: $0, as: UTF8.self) }
    return Trouble("waited in vain for \(what) of \(words.joined(separator: " "))\nout: \(text[0])\nerr: \(text[1])")
  }
}

/// Looks again and again until `condition` holds.
func eventually(_ what: String, _ condition: () throws -> Bool) throws {
  let limit = Date(timeIntervalSinceNow: Program.deadline)
  while try !condition() {
    guard Date() < limit else { throw Trouble("waited in vain: \(what)") }
    usleep(20000)
  }
}
