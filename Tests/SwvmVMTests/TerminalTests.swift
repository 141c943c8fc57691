import Foundation
import Glibc
import Testing

/// swvm at a terminal.
private final class Terminal {
  let process: Process
  private let master: Int32
  private var seen: [UInt8] = []

  init(_ words: [String], rows: UInt16 = 33, columns: UInt16 = 99) throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var unlocked: Int32 = 0
    var number: Int32 = 0
    guard master >= 0, ioctl(master, 0x4004_5431 /* TIOCSPTLCK */, &unlocked) == 0,
      ioctl(master, 0x8004_5430 /* TIOCGPTN */, &number) == 0
    else {
      throw Trouble("no pseudo-terminal: errno \(errno)")
    }
    let slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    let errors = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    process = Tool.process(words)
    let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
    process.standardInput = handle
    process.standardOutput = handle
    process.standardError = FileHandle(fileDescriptor: errors, closeOnDealloc: true)
    resize(rows, columns)
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    close(master)
  }

  func resize(_ rows: UInt16, _ columns: UInt16) {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  func type(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { write(master, $0.baseAddress, $0.count) } }

  /// Reads until this has come.
  func wait(for text: String) throws {
    let wanted = Array(text.utf8)
    while seen.firstRange(of: wanted) == nil {
      var file = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      guard poll(&file, 1, 60_000) == 1 else {
        throw Trouble("waited in vain for '\(text)': \(String(decoding: seen, as: UTF8.self))")
      }
      var block = [UInt8](repeating: 0, count: 4096)
      let count = read(master, &block, block.count)
      guard count > 0 else { throw Trouble("the terminal ended before '\(text)': \(String(decoding: seen, as: UTF8.self))") }
      seen += block[..<count]
    }
    seen.removeSubrange(..<seen.firstRange(of: wanted)!.upperBound)
  }

  /// Whether lines are edited and echoed: as it was before swvm.
  var isCooked: Bool {
    var settings = termios()
    return tcgetattr(master, &settings) == 0 && settings.c_lflag & tcflag_t(ICANON) != 0 && settings.c_lflag & tcflag_t(ECHO) != 0
  }
}

extension SwvmMachines {
  @Suite struct TerminalTests {
    private func boot(_ script: String) throws -> Terminal {
      try Terminal(["run", "--kernel", Tool.kernel, "--", "sh", "-c", script])
    }

    @Test func commandHasATerminalOfThisSize() throws {
      let terminal = try boot("test -t 0 && test -t 1 && test -t 2 && stty size && tty; exit 6")
      try terminal.wait(for: "33 99")
      try terminal.wait(for: "/dev/pts/0")
      terminal.process.waitUntilExit()
      #expect(terminal.process.terminationStatus == 6)
      #expect(terminal.isCooked)
    }

    @Test func controlCGoesToTheForeground() throws {
      let terminal = try boot("trap 'echo caught; exit 8' INT; echo ready; while :; do sleep 0.1; done")
      try terminal.wait(for: "ready")
      terminal.type("\u{3}")
      try terminal.wait(for: "caught")
      terminal.process.waitUntilExit()
      #expect(terminal.process.terminationStatus == 8)
    }

    @Test func whatIsTypedArrives() throws {
      let terminal = try boot("echo ready; read line; echo got $line")
      try terminal.wait(for: "ready")
      terminal.type("some words\r")
      try terminal.wait(for: "got some words")
      terminal.process.waitUntilExit()
      #expect(terminal.process.terminationStatus == 0)
    }

    @Test func resized() throws {
      let terminal = try boot("trap 'stty size' WINCH; echo ready; read line; exit 0")
      try terminal.wait(for: "ready")
      terminal.resize(44, 111)
      // swvm leads no session here, so nobody tells it.
      kill(terminal.process.processIdentifier, SIGWINCH)
      try terminal.wait(for: "44 111")
      terminal.type("\r")
      terminal.process.waitUntilExit()
    }

    @Test func controlAXLeaves() throws {
      let terminal = try boot("echo ready; exec sleep 1000")
      try terminal.wait(for: "ready")
      terminal.type("\u{1}x")
      terminal.process.waitUntilExit()
      #expect(terminal.process.terminationStatus == 130)
      #expect(terminal.isCooked)
    }

    @Test func shell() throws {
      let terminal = try Terminal(["boot", "--kernel", Tool.kernel])
      terminal.type("echo one$((1 + 1))three; exit 4\r")
      try terminal.wait(for: "one2three")
      terminal.process.waitUntilExit()
      #expect(terminal.process.terminationStatus == 4)
    }
  }
}
