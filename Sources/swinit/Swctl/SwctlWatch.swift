import Boot
import Sys
import Wire

/// `swctl list --watch`: the table of workers, again whenever one of them changes. kthreadd says when; only what they use is asked for
/// every two seconds as well, and only on a terminal. A kthreadd that dies is one that is connected to anew.
struct SwctlWatch: ~Copyable {
  enum Form {
    /// A table that is drawn again and again.
    case screen(WatchScreen.Colour)
    /// A line for each change.
    case lines, json

    /// What suits standard output.
    init(_ environment: Environment) {
      guard StandardStream.output.isTerminal, let kind = environment.value("TERM"), !kind.isEmpty, !(kind.text == "dumb") else {
        self = .lines
        return
      }
      let isPlain = environment.value("NO_COLOR").map { !$0.isEmpty } ?? false
      self = .screen(isPlain ? .none : .some)
    }
  }

  private enum Source: UInt64 { case kthreadd = 1, signals, keys, output }
  private enum Step { case on, end(Int32) }

  private let form: Form
  private var connection: SwctlConnection
  private var events: Events
  private var table = WatchTable()
  private var output = SwctlOutput()
  private let signals: SignalDescriptor
  private var keys = TerminalKeys()
  private var listening: UInt64 = 0
  /// The request for the list that is not answered yet; 0: there is none.
  private var asking: UInt64 = 0
  private var asked = Instant(nanoseconds: 0)
  /// When the list is to be asked for.
  private var due: Instant?

  private static let period = Interval.seconds(2)
  /// A storm of changes is drawn ten times a second.
  private static let pause = Interval.milliseconds(100)

  /// Those that are taken one by one where there is a screen.
  private static let taken = SignalSet(
    .interrupt, .terminate, .hangup, .quit, .windowChange, .terminalStop, .terminalOutput, .pipe)

  static func run(_ form: Form, _ environment: Environment) throws(Swctl.Trouble) -> Int32 {
    var watch = SwctlWatch(form, try SwctlConnection(environment), try events(), try signals())
    return try watch.run()
  }

  private init(
    _ form: Form, _ connection: consuming SwctlConnection, _ events: consuming Events, _ signals: consuming SignalDescriptor
  ) {
    self.form = form
    self.connection = connection
    self.events = events
    self.signals = signals
  }

  private static func events() throws(Swctl.Trouble) -> Events {
    do throws(Errno) { return try Events() } catch { throw failure(error) }
  }

  private static func signals() throws(Swctl.Trouble) -> SignalDescriptor {
    do throws(Errno) { return try SignalDescriptor(taken) } catch { throw failure(error) }
  }

  private static func failure(_ error: Errno) -> Swctl.Trouble {
    Swctl.Trouble(Swctl.Exit.failed, "cannot wait for events: \(error)")
  }

  private mutating func run() throws(Swctl.Trouble) -> Int32 {
    try listen()
    // A reader who goes is heard of at once. A file cannot be waited for, and never goes.
    try? events.add(StandardStream.output.rawValue, [], key: Source.output.rawValue)
    guard case .screen(let colour) = form else {
      while true { if case .end(let code) = try wait() { return code } }
    }
    return try show(WatchScreen(colour))
  }

  private mutating func show(_ screen: consuming WatchScreen) throws(Swctl.Trouble) -> Int32 {
    SignalQueue.block(SwctlWatch.taken)
    try? events.add(signals.rawValue, .readable, key: Source.signals.rawValue)
    keys.take()
    defer { keys.giveBack() }
    try? events.add(keys.rawValue, .readable, key: Source.keys.rawValue)
    try? StandardStream.output.write(Text(WatchScreen.enter).bytes)
    defer { try? StandardStream.output.write(Text(WatchScreen.leave).bytes) }
    while true {
      if case .end(let code) = try wait() { return code }
      screen.draw(table)
    }
  }

  /// Asks for events, and for the list.
  private mutating func listen() throws(Swctl.Trouble) {
    try? events.add(connection.descriptor, .readable, key: Source.kthreadd.rawValue)
    listening = try connection.send(.events)
    try ask(from: 0)
  }

  private mutating func ask(from place: UInt64) throws(Swctl.Trouble) {
    if place == 0 { table.begin() }
    due = nil
    asked = .now
    switch form {
    case .screen: asking = try connection.send(.usage, number: place)
    case .lines, .json: asking = try connection.send(.list, number: place)
    }
  }

  /// Handles what comes, until something is to be shown.
  private mutating func wait() throws(Swctl.Trouble) -> Step {
    while true {
      guard let ready = events.wait(until: due) else {
        try again { (watch) throws(Swctl.Trouble) in try watch.ask(from: 0) }
        continue
      }
      switch Source(rawValue: ready.key) {
      case .kthreadd:
        var step = Step.on
        try again { (watch) throws(Swctl.Trouble) in step = try watch.hear() }
        return step
      case .signals:
        if let signal = signals.next()?.signal { return obey(signal) }
      case .keys:
        guard let key = keys.next() else { return .end(128 + Signal.hangup.rawValue) }
        if key == UInt8(ascii: "q") || key == UInt8(ascii: "Q") { return .end(Swctl.Exit.done) }
      case .output, nil: return .end(Swctl.Exit.done)
      }
    }
  }

  private mutating func obey(_ signal: Signal) -> Step {
    switch signal {
    case .windowChange, .terminalOutput, .pipe: return .on
    case .terminalStop:
      // The shell gets its terminal as it was, and this one what it had when it goes on.
      try? StandardStream.output.write(Text(WatchScreen.leave).bytes)
      keys.giveBack()
      try? ProcessID.current.send(.stop)
      keys.take()
      try? StandardStream.output.write(Text(WatchScreen.enter).bytes)
      return .on
    case .interrupt: return .end(Swctl.Exit.done)
    default: return .end(128 + signal.rawValue)
    }
  }

  /// Does it; where kthreadd has gone meanwhile, the next one is asked for everything.
  private mutating func again(
    _ body: (inout SwctlWatch) throws(Swctl.Trouble) -> Void
  ) throws(Swctl.Trouble) {
    do throws(Swctl.Trouble) { try body(&self) } catch {
      guard error.code == SwctlConnection.lostCode else { throw error }
      try connection.reconnect()
      try listen()
    }
  }

  /// Takes all frames that have come.
  private mutating func hear() throws(Swctl.Trouble) -> Step {
    while let reply = try connection.receiveNow() {
      switch reply.kind {
      case .event:
        if reply.fate == .forgotten { table.forget(reply.worker.name) } else { _ = table.take(reply) }
        if say(reply) == .closed { return .end(Swctl.Exit.done) }
        // Events that were missed are in the list.
        if reply.next > 0 || isScreen { soon() }
      case .worker: if table.take(reply) == .changed, say(reply) == .closed { return .end(Swctl.Exit.done) }
      case .done: try finish(reply)
      case .output: break
      }
    }
    return .on
  }

  private var isScreen: Bool { if case .screen = form { true } else { false } }

  /// The list is to be asked for: soon, and not more often than the eye can see.
  private mutating func soon() {
    if asking == 0 { due = max(.now, asked + SwctlWatch.pause) }
  }

  /// A request was answered.
  private mutating func finish(_ reply: Reply) throws(Swctl.Trouble) {
    guard reply.error == Errno(0) else {
      let code = reply.error == .notPermitted ? Swctl.Exit.refused : Swctl.Exit.failed
      throw Swctl.Trouble(code, "kthreadd does not answer: \(reply.error)")
    }
    guard reply.id == asking else { return }
    if reply.next != 0 { return try ask(from: reply.next) }
    asking = 0
    table.finish()
    if isScreen { due = asked + SwctlWatch.period }
  }

  /// A line, where there is no screen.
  private mutating func say(_ reply: Reply) -> SwctlOutput.Outcome {
    switch form {
    case .screen: return .written
    case .lines: output.describe(reply.worker, reply.fate)
    case .json: output.line(json: reply.worker, reply.fate)
    }
    return output.flush()
  }
}
