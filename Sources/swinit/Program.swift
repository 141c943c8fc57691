import Boot
import Sys

/// A program that swinit starts, and what it starts with: the command, a hook, or a candidate of the init chain.
struct Program {
  private(set) var request: SpawnRequest

  /// `environment` becomes the program's; LISTEN_PID and WATCHDOG_PID, where they mean swinit, will mean the program.
  init(_ arguments: SpawnRequest.Vector, _ environment: Environment, _ signals: SignalState) {
    var environment = environment
    let slots = (Program.slot("LISTEN_PID", in: &environment), Program.slot("WATCHDOG_PID", in: &environment))
    // A pidfd's inode number that names swinit cannot be rewritten before the program exists; without it the pid decides.
    if slots.0 != nil { environment.remove("LISTEN_PIDFDID") }
    request = SpawnRequest(
      file: CString(at: UnsafePointer(arguments[0]!)), arguments: arguments, environment: environment.vector(),
      search: environment.value("PATH") ?? CString("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))
    request.blocked = signals.blocked
    request.ignored = signals.ignored
    request.pidSlots = slots
  }

  init(_ arguments: SpawnRequest.Vector, _ environment: Environment, _ signals: SignalState, _ configuration: Configuration) {
    self.init(arguments, environment, signals)
    request.group = configuration.leads
    request.directory = configuration.directory
    request.plainText = configuration.plainText
    request.stdio = configuration.terminal
  }

  /// A session of its own on a terminal of its own.
  mutating func lead(sessionOn terminal: CString?) {
    request.group = .session
    request.stdio = terminal
  }

  /// Executes this file, whatever the program's name for itself is.
  mutating func execute(_ file: CString, in directory: CString) {
    request.file = file
    request.directory = directory
  }

  mutating func become(_ identity: SpawnRequest.Identity?) { request.identity = identity }

  /// A hook stays in swinit's process group: the terminal's foreground is swinit's to give, and the command's to get.
  mutating func runAsHook(in directory: CString?) {
    request.group = .inherited
    request.directory = directory
  }

  /// Room for a pid in the value of a variable that now holds this process's.
  private static func slot(_ name: StaticString, in environment: inout Environment) -> UnsafeMutablePointer<CChar>? {
    guard let value = environment.value(name), value.text.decimal(upTo: Int(Int32.max)) == Int(ProcessID.current.rawValue)
    else { return nil }
    let variable = CString(copying: Text(name), Text("=00000000000"))
    environment.set(variable)
    return UnsafeMutablePointer(mutating: variable.pointer + Text(name).count + 1)
  }

  /// Starts it. A terminal in whose foreground swinit is goes with it.
  func start() throws(SpawnError) -> ProcessID {
    // Until exec the child has this process's handlers, but must not run them: they would tell the parent.
    SignalQueue.block(.all)
    defer { SignalQueue.block(SignalState.queued) }
    guard let terminal = Terminal() else { return try request.start(terminal: nil) }
    var request = request
    if request.group == .session {
      if ProcessID.leadsSession {
        JobControl.giveUp(terminal)
        return try request.start(terminal: terminal.descriptor)
      }
      // Another process's session: a child with a session of its own would lose the terminal, with a group it keeps it.
      request.group = .own
    }
    return try request.start(terminal: terminal.isInForeground ? terminal.descriptor : nil)
  }

  /// A path as this process reaches it: the program's relative ones began at its own directory.
  private func seenFromHere(_ path: CString) -> CString {
    guard let directory = request.directory, !path.isEmpty, path.text[0] != UInt8(ascii: "/") else { return path }
    return CString(copying: directory.text, Text("/"), path.text)
  }

  /// Why it could not be started.
  func explain(_ error: SpawnError) -> ExecFailure {
    switch error.stage {
    case .execute:
      return ExecFailure(word: request.file, path: seenFromHere(error.path), search: request.search, error.errno)
    case .changeDirectory:
      return ExecFailure("cannot change to directory '\(request.directory ?? CString(""))': \(error.errno)")
    case .setGroups, .setGroup, .setUser:
      return ExecFailure("cannot become the user for '\(request.file)': \(error.errno); this needs to start as root")
    case .fork: return ExecFailure("cannot fork: \(error.errno)")
    }
  }
}
