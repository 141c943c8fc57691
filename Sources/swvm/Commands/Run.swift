import CSwvm
import Glibc

/// One machine for one command, from the options to the exit code.
struct Run {
  private let options: MachineOptions
  private var request: CommandRequest
  private var logsInitcalls = MachinePlan.InitcallLog.none

  init(_ options: MachineOptions, _ request: CommandRequest, logsInitcalls: MachinePlan.InitcallLog = .none) {
    self.options = options
    self.request = request
    self.logsInitcalls = logsInitcalls
  }

  func perform() throws(Complaint) -> Int32 { try performKeepingLog().code }

  /// The code, and what else was learnt.
  func performKeepingLog() throws(Complaint) -> (code: Int32, log: [UInt8], timing: BootTiming) {
    let timing = BootTiming()
    let destination = try destination()
    // Before anything is started: from here on signals wait until they are looked at.
    let signals = try Descriptor(cswvm_signals(), "a signalfd")
    var wishes = try options.wishes()
    wishes.logsInitcalls = logsInitcalls
    var plan = try MachinePlan(wishes)
    var (end, session) = try start(plan, signals, timing)
    // What KVM says of itself is not all that QEMU asks of it. Nothing has run yet.
    if case .refused = end, wishes.accelerator == nil, plan.accelerator == .kvm {
      wishes.accelerator = .tcg
      plan = try MachinePlan(wishes)
      (end, session) = try start(plan, signals, timing)
    }
    let code = try Run.code(of: end, session)
    if let destination { try Run.report(code, session.timing, plan, to: destination) }
    return (code, session.kernelLog, session.timing)
  }

  private func start(_ plan: MachinePlan, _ signals: Descriptor, _ timing: BootTiming) throws(Complaint) -> (Session.End, Session)
  {
    if options.verbose { StandardError.write("swvm: \(plan.summary)\n") }
    var request = request
    request.shares = plan.shares
    request.network = plan.network
    if request.directory == nil, case .shared(let share) = plan.root, share.host == "/" { request.directory = Files.current }
    let usesTerminal = UserTerminal.isThere
    if usesTerminal {
      request.terminal = UserTerminal.size
      request.variables.insert("TERM=\(Files.variable("TERM") ?? "linux")", at: 0)
    }
    let machine = try Machine(plan, request: request.bytes)
    var timing = timing
    timing.machineStarted()
    let limits = Session.Limits(boot: plan.debugger == .awaited ? nil : options.bootTimeout, command: request.timeout)
    var session = Session(
      machine, signals: signals, limits: limits, showing: options.verbose ? .shown : .hidden, usesTerminal: usesTerminal,
      timing: timing)
    return (session.run(), session)
  }

  private static func code(of end: Session.End, _ session: Session) throws(Complaint) -> Int32 {
    switch end {
    case .code(let code): return code
    case .lost:
      session.explainLoss()
      return 255
    case .refused(let reason):
      throw Complaint(reason.hasPrefix(Machine.emulatorName) ? String(reason.dropFirst(Machine.emulatorName.count + 2)) : reason)
    case .timeout:
      StandardError.write("swvm: the machine did not end the command at --timeout; it was ended with it\n")
      return 124
    case .signal(let signal): return 128 + signal
    case .left: return 130
    case .brokenPipe: return 128 + SIGPIPE
    }
  }

  /// Where --report goes to.
  private enum Destination {
    case standardError
    case file(String)
  }

  private func destination() throws(Complaint) -> Destination? {
    guard let report = options.report else { return nil }
    if report == "json" { return .standardError }
    guard report.hasPrefix("json:"), report.count > 5 else { throw Complaint("--report \(report): expected json or json:FILE") }
    return .file(String(report.dropFirst(5)))
  }

  private static func report(
    _ code: Int32, _ timing: BootTiming, _ plan: MachinePlan, to destination: Destination
  ) throws(Complaint) {
    let line = timing.json(code: code, machine: plan.summary)
    switch destination {
    case .standardError: StandardError.write(line)
    case .file(let path): try Bytes.write(Array(line.utf8), toFile: path)
    }
  }
}
