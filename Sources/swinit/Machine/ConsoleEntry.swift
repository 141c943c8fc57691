import Boot
import Sys

/// What is started on one of a system's consoles, and again whenever it ends.
struct ConsoleEntry {
  let terminal: CString
  private let program: Program
  private(set) var process: ProcessID?
  private var respawn = Respawn()
  /// Said once, not at every try.
  private var hasFailed = false

  init(_ terminal: CString, _ program: Program) {
    self.terminal = terminal
    self.program = program
  }

  /// When it is to be started; nil while it runs.
  var dueAt: Instant? { respawn.dueAt }

  mutating func start(_ log: Log) {
    // A terminal that has gone must not make its shell a second one on this process's console.
    if let terminal = program.request.stdio {
      do throws(Errno) { _ = try FileDescriptor(telling: terminal) } catch { return fail("cannot open it: \(error)", log) }
    }
    do throws(SpawnError) {
      process = try program.start()
      respawn.started(at: .now)
      hasFailed = false
    } catch {
      fail(program.explain(error).message, log)
    }
  }

  private mutating func fail(_ message: Message, _ log: Log) {
    respawn.ended(at: .now)
    if !hasFailed { log.warning("\(terminal): \(message)") }
    hasFailed = true
  }

  /// It runs already, from before this program was executed again.
  mutating func adopt(_ process: ProcessID) {
    self.process = process
    respawn.started(at: .now)
  }

  /// A child has ended. Whether it was this one's.
  mutating func ended(_ process: ProcessID) -> Bool {
    guard process == self.process else { return false }
    self.process = nil
    respawn.ended(at: .now)
    return true
  }

  /// The terminal's session ends: shells do not hear TERM.
  func hangUp() {
    guard let process else { return }
    try? process.sendToGroup(.hangup)
    try? process.sendToGroup(.resume)
  }
}

extension ConsoleEntry {
  /// One for each console: a getty where there is one and login(1) for it, else root's shell.
  static func all(_ start: Bootstrap) -> [ConsoleEntry] {
    guard start.parameters.login != .none else { return [] }
    if case .container = start.place { return container(start) }
    let list = start.parameters.console ?? ConsoleList.active
    let getty = start.parameters.login == .automatic ? Getty.installed : nil
    var entries: [ConsoleEntry] = []
    for terminal in ConsoleList.paths(in: list) {
      guard (try? FileStatus(of: terminal)) != nil else {
        start.log.warning("there is no console \(terminal)")
        continue
      }
      entries.append(ConsoleEntry(terminal, getty?.program(on: terminal, start) ?? shell(on: terminal, start)))
    }
    return entries
  }

  /// A container's console is its descriptor 0, when that is a terminal.
  private static func container(_ start: Bootstrap) -> [ConsoleEntry] {
    guard StandardStream.input.isTerminal, let terminal = StandardStream.input.path else { return [] }
    // One from outside may have no path in here: then the shell has it as it is, without job control.
    let isHere = (try? FileDescriptor(telling: terminal)) != nil
    return [ConsoleEntry(terminal, shell(on: isHere ? terminal : nil, start))]
  }

  private static func shell(on terminal: CString?, _ start: Bootstrap) -> Program {
    var environment = start.environment
    if environment.value("PATH") == nil { environment.set(TestMachine.path) }
    // The kernel says TERM=linux to everybody.
    let type = environment.value("TERM")?.text ?? Text("linux")
    if type == "linux" { environment.set("TERM", terminal.map { termType(of: $0) } ?? type) }
    environment.set("SHELL=/bin/sh")
    environment.set("USER=root")
    environment.set("LOGNAME=root")
    var home: CString = "/"
    if let root = try? FileStatus(of: "/root"), root.isDirectory { home = "/root" }
    environment.set("HOME", home.text)
    var program = Program(Environment.vector(of: ["-sh"]), environment, start.signals)
    program.execute("/bin/sh", in: home)
    program.lead(sessionOn: terminal)
    return program
  }

  /// Whether it is no virtual terminal: tty and a number.
  fileprivate static func isSerial(_ terminal: CString) -> Bool {
    let name = terminal.text.baseName
    return !(name.hasPrefix("tty") && name.count > 3 && name.dropFirst(3).decimal(upTo: 63) != nil)
  }

  fileprivate static func termType(of terminal: CString) -> Text { isSerial(terminal) ? Text("vt220") : Text("linux") }
}

/// getty(8), by what is installed.
private enum Getty {
  /// util-linux's.
  case agetty(CString)
  /// busybox's, or another that takes a speed first.
  case getty(CString)

  static var installed: Getty? {
    guard find(["/bin/login", "/usr/bin/login"]) != nil else { return nil }
    if let path = find(["/sbin/agetty", "/usr/sbin/agetty"]) { return .agetty(path) }
    return find(["/sbin/getty", "/usr/sbin/getty", "/bin/getty"]).map { .getty($0) }
  }

  private static func find(_ paths: [CString]) -> CString? {
    for path in paths {
      if let status = try? FileStatus(of: path), status.isRegular, status.permissions & 0o111 != 0 { return path }
    }
    return nil
  }

  func program(on terminal: CString, _ start: Bootstrap) -> Program {
    let name = CString(copying: terminal.text.dropFirst(5))
    let type = CString(copying: ConsoleEntry.termType(of: terminal))
    let words: [CString] =
      switch self {
      case .agetty(let path) where ConsoleEntry.isSerial(terminal):
        [path, "--keep-baud", name, "115200,57600,38400,9600", type]
      case .agetty(let path): [path, "--noclear", name, type]
      // A speed of 0 is the one that the line has.
      case .getty(let path): [path, "0", name, type]
      }
    var environment = start.environment
    if environment.value("PATH") == nil { environment.set(TestMachine.path) }
    var program = Program(Environment.vector(of: words), environment, start.signals)
    program.lead(sessionOn: nil)
    return program
  }
}
