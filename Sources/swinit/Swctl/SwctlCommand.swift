import Boot
import Supervision
import Sys
import Units
import Wire

/// One command line of swctl.
struct SwctlCommand {
  enum Form {
    case people, json
  }

  var words: [CString]
  let environment: Environment
  private var form = Form.people
  private var verb = Text("")
  private var output = SwctlOutput()

  /// Reads the options that stand before the command.
  init(_ words: [CString], _ environment: Environment) throws(Swctl.Trouble) {
    self.words = words
    self.environment = environment
    while let word = self.words.first?.text, word.hasPrefix("-") {
      self.words.removeFirst()
      try readCommon(word)
    }
    if let first = self.words.first {
      verb = first.text
      self.words.removeFirst()
    }
  }

  @inline(never)
  private mutating func readCommon(_ word: Text) throws(Swctl.Trouble) {
    switch true {
    case word == "--json": form = .json
    case word == "--help", word == "-h": verb = Text("help")
    case word == "--version", word == "-V": verb = Text("version")
    default: throw Swctl.Trouble(Swctl.Exit.usage, "unknown option '\(word)'; see 'swctl help'")
    }
  }

  mutating func run() throws(Swctl.Trouble) -> Int32 {
    switch true {
    case verb.isEmpty, verb == "help": return help()
    case verb == "version":
      output.add(form == .json ? "{\"version\":\"\(Version.text)\"}\n" : "swctl \(Version.text)\n")
      output.flush()
      return Swctl.Exit.done
    case verb == "run": return try create(.run)
    case verb == "create": return try create(.create)
    case verb == "list", verb == "ls", verb == "ps": return try list()
    case verb == "status": return try status()
    case verb == "logs": return try logs()
    case verb == "events": return try events()
    case verb == "health": return try health()
    case verb == "doctor":
      try takeOptions()
      try takeNoNames()
      return try SwctlDoctor.run(form, environment)
    case verb == "kill": return try kill()
    case verb == "wait": return try wait()
    case verb == "bind": return try bind()
    case verb == "queue": return try queue()
    case verb == "upgrade": return try upgrade()
    default:
      guard let request = SwctlCommand.simple(verb) else {
        throw Swctl.Trouble(Swctl.Exit.usage, "unknown command '\(verb)'; see 'swctl help'")
      }
      return try forEachName { (connection, name) throws(Swctl.Trouble) in try connection.ask(request, name) }
    }
  }

  private static func simple(_ verb: Text) -> Verb? {
    switch true {
    case verb == "wake": .wake
    case verb == "start": .start
    case verb == "stop": .stop
    case verb == "restart": .restart
    case verb == "park": .park
    case verb == "unpark": .unpark
    case verb == "forget": .forget
    case verb == "flush": .flush
    default: nil
    }
  }

  /// Takes `--json` out of the words, and refuses other options.
  @inline(never)
  mutating func takeOptions(_ take: (Text) -> Bool = { _ in false }) throws(Swctl.Trouble) {
    var rest: [CString] = []
    for word in words {
      if !word.text.hasPrefix("-") { rest.append(word) } else if !take(word.text) { try readCommon(word.text) }
    }
    words = rest
  }

  /// Refuses words where nothing is named.
  @inline(never)
  private func takeNoNames() throws(Swctl.Trouble) {
    if let word = words.first { throw Swctl.Trouble(Swctl.Exit.usage, "\(verb) takes no names: '\(word)'") }
  }

  /// The exit code, unless what was to be said could not be written. Health is asked for its code, whatever becomes of the word.
  @inline(never)
  func conclude(_ code: Int32) throws(Swctl.Trouble) -> Int32 {
    guard let failure = output.failure, !(verb == "health") else { return code }
    throw Swctl.Trouble(Swctl.Exit.failed, "cannot write: \(failure)")
  }

  @inline(never)
  func check(_ reply: Reply, _ name: Text) throws(Swctl.Trouble) {
    guard reply.error != Errno(0) else { return }
    switch reply.error {
    case .noEntry where reply.stage == .none: throw Swctl.Trouble(Swctl.Exit.noWorker, "there is no worker '\(name)'")
    case .notPermitted where reply.stage == .none:
      throw Swctl.Trouble(Swctl.Exit.refused, "refused: only root, swinit's own user and its control group may control workers")
    case .notRecoverable where reply.worker.state == .quarantined:
      throw Swctl.Trouble(
        Swctl.Exit.failed, "worker '\(name)' is quarantined: 'swctl restart \(name)' begins it anew, 'swctl forget \(name)' ends it")
    case .notRecoverable:
      throw Swctl.Trouble(Swctl.Exit.failed, "\(verb) '\(name)' is not done: kthreadd has died over this request")
    case .exists: throw Swctl.Trouble(Swctl.Exit.failed, "there is a worker '\(name)' already; stop it first")
    case .interrupted: throw Swctl.Trouble(Swctl.Exit.failed, "worker '\(name)' was stopped before it ran")
    case .notSupported where self.verb == "queue" || self.verb == "flush":
      throw Swctl.Trouble(Swctl.Exit.failed, "worker '\(name)' has no queue; it needs StandardInput=queue")
    case .noProcess where self.verb == "flush":
      throw Swctl.Trouble(Swctl.Exit.notRunning, "worker '\(name)' has ended, with jobs in its queue")
    case .noProcess where reply.stage == .none, .notImplemented where reply.stage == .none:
      throw Swctl.Trouble(Swctl.Exit.notRunning, "worker '\(name)' is \(reply.worker.state.word): there is nothing to \(verb)")
    case .busy where reply.stage == .none:
      throw Swctl.Trouble(Swctl.Exit.failed, "worker '\(name)' is \(reply.worker.state.word), or waited for: cannot \(verb) it")
    default: break
    }
    if reply.stage != .none {
      let code = Ending.failed(reply.stage, reply.error).code
      throw Swctl.Trouble(code, "worker '\(name)' cannot \(reply.stage.words): \(reply.stage.reason(reply.error))")
    }
    throw Swctl.Trouble(Swctl.Exit.failed, "\(verb) '\(name)': \(reply.error)")
  }

  private mutating func forEachName(
    _ ask: (inout SwctlConnection, Text) throws(Swctl.Trouble) -> Reply
  ) throws(Swctl.Trouble) -> Int32 {
    try takeOptions()
    guard !words.isEmpty else { throw Swctl.Trouble(Swctl.Exit.usage, "\(verb) needs the name of a worker") }
    var connection = try SwctlConnection(environment)
    var code = Swctl.Exit.done
    for word in words {
      do throws(Swctl.Trouble) {
        let reply = try ask(&connection, word.text)
        try check(reply, word.text)
        if form == .json { output.line(json: reply.worker, fate) }
      } catch {
        code = try goOn(after: error, code)
      }
    }
    output.flush()
    return code
  }

  /// What forgetting leaves.
  private var fate: Fate { verb == "forget" ? .forgotten : .goesOn }

  /// Says what has gone wrong with one of several names, and goes on with the others; the first one's code is the command's.
  @inline(never)
  private mutating func goOn(after trouble: Swctl.Trouble, _ code: Int32) throws(Swctl.Trouble) -> Int32 {
    // Without a kthreadd there is nothing to go on with.
    if trouble.code == SwctlConnection.lostCode || trouble.code == Swctl.Exit.unavailable { throw trouble }
    output.flush()
    Swctl.say(trouble)
    return code == Swctl.Exit.done ? trouble.code : code
  }

  // MARK: new workers

  /// `run NAME [-p Key=Value]… [--wait] -- COMMAND…`
  private mutating func create(_ verb: Verb) throws(Swctl.Trouble) -> Int32 {
    var definition = Definition()
    var name: Text?
    var waits = false
    var index = 0
    while index < words.count {
      let word = words[index].text
      index += 1
      if word == "--" { break }
      if word == "-p" || word == "--property" {
        guard index < words.count else { throw Swctl.Trouble(Swctl.Exit.usage, "-p needs Key=Value, such as -p User=app") }
        try set(&definition, words[index].text)
        index += 1
      } else if word == "--wait", verb == .run {
        waits = true
      } else if word.hasPrefix("-") {
        try readCommon(word)
      } else if name == nil {
        name = word
      } else {
        // The command begins where options and the name end.
        index -= 1
        break
      }
    }
    definition.arguments = words[index...].map { $0.text }
    guard let name else {
      throw Swctl.Trouble(Swctl.Exit.usage, "\(self.verb) needs a name and a command: swctl \(self.verb) NAME -- COMMAND")
    }
    let specification = Specification(definition, name: name)
    if let refusal = specification.refusal {
      let message: Message =
        refusal == .missing(Tag.argument)
        ? "\(self.verb) needs a command: swctl \(self.verb) \(name) -- COMMAND" : "'\(name)' is no name for a worker"
      throw Swctl.Trouble(Swctl.Exit.usage, message)
    }
    var connection = try SwctlConnection(environment)
    let reply = try connection.ask(verb, number: 0, specification)
    try check(reply, name)
    if form == .json {
      output.line(json: reply.worker)
    } else if let process = reply.worker.process {
      output.add("\(process)\n")
    }
    output.flush()
    return waits ? try connection.ask(.wait, name).worker.ending.code : Swctl.Exit.done
  }

  private func set(_ definition: inout Definition, _ word: Text) throws(Swctl.Trouble) {
    guard let (key, value) = word.cut(at: UInt8(ascii: "=")) else {
      throw Swctl.Trouble(Swctl.Exit.usage, "'\(word)' is not Key=Value")
    }
    let section: UnitFile.Section = key == "After" || key == "Requires" ? .unit : .service
    if let message = definition.set(section, key, value) { throw Swctl.Trouble(Swctl.Exit.usage, message) }
  }

  // MARK: looking

  private mutating func list() throws(Swctl.Trouble) -> Int32 {
    var isWatched = false
    try takeOptions { word in
      guard word == "--watch" || word == "-w" else { return false }
      isWatched = true
      return true
    }
    try takeNoNames()
    if isWatched { return try SwctlWatch.run(form == .json ? .json : SwctlWatch.Form(environment), environment) }
    var connection = try SwctlConnection(environment)
    var from: UInt64 = 0
    output.begin(form)
    while true {
      _ = try connection.send(.list, number: from)
      while true {
        let reply = try connection.receive()
        guard reply.kind == .worker else {
          try check(reply, Text(""))
          from = reply.next
          break
        }
        output.add(reply.worker, form)
      }
      if from == 0 { break }
    }
    output.end(form)
    return Swctl.Exit.done
  }

  private mutating func status() throws(Swctl.Trouble) -> Int32 {
    try takeOptions()
    guard !words.isEmpty else { return try list() }
    var connection = try SwctlConnection(environment)
    var code = Swctl.Exit.done
    for word in words {
      let reply = try connection.ask(.status, word.text)
      do throws(Swctl.Trouble) { try check(reply, word.text) } catch {
        code = try goOn(after: error, code)
        continue
      }
      if form == .json {
        output.line(json: reply.worker)
      } else {
        output.describe(reply.worker)
      }
      switch reply.worker.state {
      case .running, .parked, .created, .starting: break
      default: if code == Swctl.Exit.done { code = Swctl.Exit.notRunning }
      }
    }
    output.flush()
    return code
  }

  private mutating func logs() throws(Swctl.Trouble) -> Int32 {
    var follows: UInt64 = 0
    try takeOptions { word in
      guard word == "-f" || word == "--follow" else { return false }
      follows = 1
      return true
    }
    guard words.count == 1 else { throw Swctl.Trouble(Swctl.Exit.usage, "logs needs the name of one worker") }
    var connection = try SwctlConnection(environment)
    _ = try connection.send(.logs, words[0].text, number: follows)
    while true {
      let reply = try connection.receive()
      guard reply.kind == .output else {
        try check(reply, words[0].text)
        return Swctl.Exit.done
      }
      if form == .json { output.line(json: reply.worker.text, of: words[0].text) } else { output.add(reply.worker.text) }
      if output.flush() == .closed { return Swctl.Exit.done }
    }
  }

  private mutating func events() throws(Swctl.Trouble) -> Int32 {
    try takeOptions()
    try takeNoNames()
    var connection = try SwctlConnection(environment)
    try check(try connection.ask(.events), Text(""))
    while true {
      let reply = try connection.receive()
      guard reply.kind == .event else { continue }
      if form == .json { output.line(json: reply.worker, reply.fate) } else { output.describe(reply.worker, reply.fate) }
      if output.flush() == .closed { return Swctl.Exit.done }
    }
  }

  private mutating func health() throws(Swctl.Trouble) -> Int32 {
    try takeOptions()
    try takeNoNames()
    var connection = try SwctlConnection(environment)
    let reply = try connection.ask(.health)
    if reply.error == .notPermitted { try check(reply, Text("")) }
    let isGood = reply.error == Errno(0)
    if form == .json {
      output.add(isGood ? "{\"healthy\":true}\n" : "{\"healthy\":false}\n")
    } else {
      output.add(isGood ? "healthy\n" : "not healthy: ")
      if !isGood { output.describe(reply.worker) }
    }
    output.flush()
    return isGood ? Swctl.Exit.done : Swctl.Exit.failed
  }

  // MARK: signals and ends

  /// `kill NAME [SIGNAL]`
  private mutating func kill() throws(Swctl.Trouble) -> Int32 {
    try takeOptions()
    guard let name = words.first, words.count <= 2 else {
      throw Swctl.Trouble(Swctl.Exit.usage, "kill needs the name of a worker, and may have a signal: swctl kill NAME HUP")
    }
    var signal = Signal.terminate
    if words.count == 2 {
      guard let named = Signal(words[1].text) else {
        throw Swctl.Trouble(Swctl.Exit.usage, "'\(words[1])' is not a signal such as HUP or USR1")
      }
      signal = named
    }
    var connection = try SwctlConnection(environment)
    let reply = try connection.ask(.kill, name.text, number: UInt64(signal.rawValue))
    try check(reply, name.text)
    if form == .json { output.line(json: reply.worker) }
    output.flush()
    return Swctl.Exit.done
  }

  /// `wait [--ready] NAME`: exits as the worker did.
  private mutating func wait() throws(Swctl.Trouble) -> Int32 {
    var request = Verb.wait
    try takeOptions { word in
      guard word == "--ready" else { return false }
      request = .waitReady
      return true
    }
    guard words.count == 1 else { throw Swctl.Trouble(Swctl.Exit.usage, "wait needs the name of one worker") }
    var connection = try SwctlConnection(environment)
    let reply = try connection.ask(request, words[0].text)
    if reply.error != Errno(0) { try check(reply, words[0].text) }
    if form == .json {
      output.line(json: reply.worker)
      output.flush()
    }
    if request == .waitReady {
      return reply.worker.state == .ended && reply.worker.ending.code != 0 ? Swctl.Exit.failed : Swctl.Exit.done
    }
    return reply.worker.ending.code
  }

  private mutating func help() -> Int32 {
    output.add(Text(SwctlHelp.text))
    output.flush()
    return Swctl.Exit.done
  }
}
