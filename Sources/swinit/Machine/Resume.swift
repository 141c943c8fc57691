import Boot
import Sys

/// What PID 1 of a system has to know when it has been executed again: a fault of this program must not end the system.
///
/// It is kept in fixed memory, up to date at all times, because a fault handler can neither allocate nor trust what is in memory besides.
/// The new execution gets it as a word: `--resume=FAULTS,SINCE,REQUEST,PID,PID…,KEPT`.
struct Resume {
  private static let prefix: StaticString = "--resume="
  /// So many faults within a minute mean that executing again does not help.
  private static let faultLimit = 3
  private static let faultSpan = Interval.seconds(60)

  private struct State {
    var isArmed = false
    /// Whether the end of this process is the kernel's panic.
    var isMachine = false
    var environment: SpawnRequest.Vector?
    /// panic=.
    var panic: Int?
    var faults = 0
    /// When the first of them was.
    var since = Instant(nanoseconds: 0)
    /// RTMIN+n as systemd has it, which says both the end and its manner; 0 for none.
    var request = 0
    var processes = InlineArray<16, Int32>(repeating: 0)
    /// What it keeps for kthreadd; and the file that it is left in.
    var keeper: Keeper?
    var kept: Int32 = 0
  }

  nonisolated(unsafe) private static var state = State()

  static var isArmed: Bool { state.isArmed }

  /// From here on a fault executes this program again.
  static func arm(_ start: Bootstrap) {
    state.environment = start.environment.vector()
    state.panic = start.parameters.panic
    if case .container = start.place { state.isMachine = false } else { state.isMachine = true }
    state.isArmed = true
  }

  /// A copy of this process is no PID 1: its fault is its end.
  static func disarm() { state.isArmed = false }

  static func note(_ process: ProcessID?, at index: Int) {
    if index < ConsoleList.limit { state.processes[index] = process?.rawValue ?? 0 }
  }

  static func note(_ keeper: Keeper?) { state.keeper = keeper }

  static func note(_ request: SystemRequest) { state.request = request.signalOffset }

  // MARK: - At the fault

  /// Of a machine the kernel's log gets it as well: the console may show other things by then.
  static var log: Log {
    var log = Log()
    if state.isArmed, state.isMachine { log.copiesTo = .kernel }
    return log
  }

  /// Returns where there is no system to save, and where it cannot be saved.
  static func executeAgain(_ log: Log) {
    guard state.isArmed, let environment = state.environment else { return }
    if state.since + faultSpan < .now {
      state.faults = 0
      state.since = .now
    }
    state.faults += 1
    guard state.faults <= faultLimit else {
      log.fatal("panic: \(state.faults) faults in a minute")
      return
    }
    if Kthreadd.isBuiltIn, let keeper = state.keeper { state.kept = keeper.leave() }
    word.withBytes { bytes in
      let word = UnsafeMutableRawPointer(mutating: bytes.baseAddress!).assumingMemoryBound(to: CChar.self)
      let error = Host.execute("/proc/self/exe", "init", CString(at: word), environment)
      log.fatal("panic: cannot execute swinit again: \(error)")
    }
  }

  /// As panic= says; without it the machine stays as it is, for somebody to look at. A container has an end that harms nobody.
  static func panic(_ log: Log) {
    guard state.isArmed, state.isMachine else { return }
    SignalQueue.block(SignalState.queued)
    // First: to write to a disk that has gone takes for ever.
    Machine.leaveControlAltDelete()
    Machine.synchronize()
    if let seconds = state.panic, seconds != 0 {
      log.fatal("panic=\(seconds): restarting")
      if seconds > 0 { _ = SignalQueue.next(of: SignalSet(), until: .now + .seconds(Int64(seconds))) }
      LastWords.drain()
      _ = Machine.endNow(.restart)
    }
    log.fatal("panic: PID 1 only reaps from here on; what runs goes on; Ctrl-Alt-Del restarts")
    while true {
      while case .process = Reaped.next() {}
      _ = SignalQueue.next(of: SignalState.queued, until: nil)
    }
  }

  private static var word: Message {
    var word: Message = "\(prefix)\(state.faults),\(state.since.nanoseconds),\(state.request)"
    for index in 0..<ConsoleList.limit { word.append(contentsOf: ",\(state.processes[index])") }
    word.append(contentsOf: ",\(state.kept)")
    word.append(byte: 0)
    return word
  }

  // MARK: - After it

  private let processes: InlineArray<16, Int32>
  /// The end that was under way.
  let request: SystemRequest?
  /// What was kept for kthreadd; nil: nothing, or it is lost.
  let kept: InitState.Taken?

  /// Whether this is an execution after a fault.
  static func isMeant(_ arguments: SpawnRequest.Vector) -> Bool { word(of: arguments) != nil }

  private static func word(of arguments: SpawnRequest.Vector) -> Text? {
    guard arguments[0] != nil, let pointer = arguments[1] else { return nil }
    let word = CString(at: UnsafePointer(pointer)).text
    return word.hasPrefix(prefix) ? word : nil
  }

  /// From argv; nil when this is the first execution.
  static func read(_ arguments: SpawnRequest.Vector) -> Resume? {
    guard let word = word(of: arguments) else { return nil }
    var position = 0
    var kept: InitState.Taken?
    word.dropFirst(prefix.utf8CodeUnitCount).forEachPart(separatedBy: UInt8(ascii: ",")) { part in
      let number = part.decimal(upTo: Int.max) ?? 0
      switch position {
      case 0: state.faults = number
      case 1: state.since = Instant(nanoseconds: Int64(number))
      case 2: state.request = number
      case 3..<3 + ConsoleList.limit: state.processes[position - 3] = Int32(truncatingIfNeeded: number)
      case 3 + ConsoleList.limit where Kthreadd.isBuiltIn && number > 2: kept = InitState.read(Int32(truncatingIfNeeded: number))
      default: break
      }
      position += 1
    }
    return Resume(processes: state.processes, request: SystemRequest(signalOffset: state.request), kept: kept)
  }

  func process(at index: Int) -> ProcessID? {
    guard index < ConsoleList.limit, processes[index] > 0 else { return nil }
    return ProcessID(processes[index])
  }
}
