import Boot
import CSwvm
import Glibc
import Sys

/// A command's life in a machine, from swvm's side: waits for whatever happens first, and ends with the command's code.
struct Session {
  struct Limits {
    /// Seconds until the command has to run; nil: for ever.
    var boot: Double? = 60
    /// Seconds that the command may take. The machine sees to it; this is for one that cannot any more.
    var command: Double?
  }

  private let machine: Machine
  private let signals: Descriptor
  private let limits: Limits
  private let terminal: UserTerminal?
  private var input: InputStream
  private var output: OutputStream
  private var error: OutputStream
  private var console: ConsoleText
  private var progress: ProgressLine
  private(set) var timing: BootTiming
  private(set) var kernelLog: [UInt8] = []
  private var saidByQEMU: [UInt8] = []
  private var end: End?
  /// When the command was seen to run.
  private var started: Double?
  private var interruption: Int32?

  /// How it came to its end.
  enum End {
    case code(Int32)
    /// The machine has gone without a word of the command's end.
    case lost
    case refused(String)
    case timeout
    case signal(Int32)
    case left
    case brokenPipe
  }

  init(
    _ machine: Machine, signals: Descriptor, limits: Limits, showing: ConsoleText.Showing, usesTerminal: Bool, timing: BootTiming
  ) {
    let window = machine.memory.window
    input = InputStream(window[.input], usesTerminal ? .terminal : .plain)
    output = OutputStream(window[.output], to: 1)
    error = OutputStream(window[.error], to: 2)
    console = ConsoleText(showing)
    progress = ProgressLine(showing)
    self.limits = limits
    self.signals = signals
    self.timing = timing
    terminal = usesTerminal ? UserTerminal() : nil
    self.machine = machine
  }

  private var window: HostWindow { machine.memory.window }

  /// Until the end.
  mutating func run() -> End {
    let begin = Clock.now
    while end == nil {
      look(begin)
      if end == nil { wait(begin) }
    }
    progress.clear()
    drainConsole()
    timing.end(window)
    return end ?? .lost
  }

  /// What the window says, and the clock.
  private mutating func look(_ begin: Double) {
    let state = window.state
    if state != .silent, started == nil {
      started = Clock.now
      timing.attached()
      progress.clear()
    }
    takeKernelLog()
    if state == .ended, !output.hasBytes, !error.hasBytes {
      end = .code(window.code)
      return
    }
    if output.isBroken {
      end = .brokenPipe
      return
    }
    let now = Clock.now
    if started == nil, let bound = limits.boot, now - begin > bound {
      end = .lost
    } else if let started, let bound = limits.command, now - started > bound + 10 {
      end = .timeout
    }
  }

  private var patience: Double? {
    var times: [Double] = []
    if started == nil, let interval = progress.interval { times.append(interval) }
    if started == nil, let bound = limits.boot { times.append(bound) }
    if started != nil, let bound = limits.command { times.append(bound + 10) }
    return times.min()
  }

  private mutating func wait(_ begin: Double) {
    // -1 is a descriptor that poll(2) leaves out.
    var files = [
      pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0),
      pollfd(fd: machine.bell.own.number, events: Int16(POLLIN), revents: 0),
      pollfd(fd: machine.console.own.number, events: Int16(POLLIN), revents: 0),
      pollfd(fd: machine.errors.own.number, events: Int16(POLLIN), revents: 0),
      pollfd(fd: started != nil && input.wantsBytes ? 0 : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: output.hasBytes ? output.descriptor : -1, events: Int16(POLLOUT), revents: 0),
      pollfd(fd: error.hasBytes ? error.descriptor : -1, events: Int16(POLLOUT), revents: 0),
    ]
    let count = poll(&files, nfds_t(files.count), patience.map { Int32($0 * 1000) + 1 } ?? -1)
    if count == 0 { progress.show(window.state, consoleHasSpoken: console.hasSpoken) }
    guard count > 0 else { return }
    if files[1].revents != 0 { _ = Bytes.readSome(from: machine.bell.own.number, limit: 4096) }
    if files[2].revents != 0 { drainConsole() }
    if files[3].revents != 0 { takeErrors() }
    if files[4].revents != 0, input.take(from: 0) == .leave { end = .left }
    if files[4].revents != 0 { ring() }
    if files[5].revents != 0 { output.pass() }
    if files[6].revents != 0 { error.pass() }
    let requests = [output.ring.takeRequestForRoom(), error.ring.takeRequestForRoom()]
    if requests.contains(.waiting) { ring() }
    if files[0].revents != 0 { takeSignals() }
  }

  private func ring() {
    var byte: UInt8 = 0
    _ = write(machine.door.own.number, &byte, 1)
  }

  private mutating func drainConsole() {
    while let bytes = Bytes.readSome(from: machine.console.own.number), !bytes.isEmpty { console.take(bytes) }
  }

  private mutating func takeErrors() {
    while let bytes = Bytes.readSome(from: machine.errors.own.number), !bytes.isEmpty { saidByQEMU += bytes }
  }

  private mutating func takeKernelLog() {
    let ring = window[.log]
    guard ring.count > 0 else { return }
    while ring.count > 0 {
      kernelLog += Array(ring.filled)
      ring.free(ring.filled.count)
    }
    if ring.takeRequestForRoom() == .waiting { self.ring() }
  }

  private mutating func takeSignals() {
    while case let signal = cswvm_next_signal(signals.number), signal != 0 {
      switch signal {
      case SIGCHLD: if machine.emulator.hasEnded { emulatorHasEnded() }
      case SIGWINCH:
        let size = UserTerminal.size
        if terminal != nil {
          input.send(.size, [UInt8(size.rows & 255), UInt8(size.rows >> 8), UInt8(size.columns & 255), UInt8(size.columns >> 8)])
          ring()
        }
      default: interrupt(signal)
      }
    }
  }

  /// The first one is the command's, as far as there is one; the second one is swvm's.
  private mutating func interrupt(_ signal: Int32) {
    guard interruption == nil, started != nil, window.state != .ended else {
      end = .signal(signal)
      return
    }
    interruption = signal
    input.send(.signal, [UInt8(signal)])
    ring()
  }

  private mutating func emulatorHasEnded() {
    // What it has said last is still on its way.
    takeErrors()
    drainConsole()
    takeKernelLog()
    guard window.state == .ended else {
      while output.hasBytes, !output.isBroken { output.pass() }
      while error.hasBytes, !error.isBroken { error.pass() }
      let said = Session.lines(saidByQEMU)
      end =
        window.state == .silent && !console.hasSpoken && !said.isEmpty
        ? .refused(said.last { $0.hasPrefix(Machine.emulatorName) } ?? said.last!) : .lost
      return
    }
  }

  private static func lines(_ bytes: [UInt8]) -> [String] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// What a person has to be told of a machine that was lost.
  func explainLoss() {
    var text =
      "swvm: the machine "
      + (console.hasPanic
        ? "has panicked" : started == nil ? "has never run the command" : "has ended without a word of the command's end")
    let tail = console.lastWords(20)
    text += tail.isEmpty ? "; its kernel has said nothing\n" : "; its kernel's last words:\n"
    for line in tail { text += "  \(line)\n" }
    for line in Session.lines(saidByQEMU).suffix(5) where line.hasPrefix(Machine.emulatorName) { text += "  \(line)\n" }
    StandardError.write(text)
  }
}
