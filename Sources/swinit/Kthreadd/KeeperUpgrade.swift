import Boot
import Supervision
import Sys

/// PID 1's part of an upgrade. kthreadd has asked the new program what it is, and asks whether PID 1 can be replaced by it; executes it in
/// its own place; and when that serves, PID 1 does the same. Until then everything can be taken back.
extension Keeper {
  enum Replaceable { case no, yes }

  /// How far an upgrade has come.
  enum Upgrade {
    case none
    /// The new kthreadd is to come up.
    case awaited
    /// It serves: this process is next.
    case due
  }

  /// What goes over to the next execution, as numbers.
  struct State: BitwiseCopyable {
    var inherited: Int32 = 0
    var memory: Int32 = -1
    var program: Int32 = -1
    var control: Int32 = -1
    var notify: Int32 = -1
    var heart: Int32 = -1
    var channel: Int32 = -1
    /// 0: it is not there.
    var process: Int32 = 0
    var isDone: Int32 = 0
    var isServing: Int32 = 0
    var hasEndCode: Int32 = 0
    var endCode: Int32 = 0
    var end: Int32 = 0
    /// Of Keepsakes and KeptDescriptors.
    var keepsakeEnd: Int32 = 0
    var depositEnd: Int32 = 0
    var budget: Int64 = 0
    var budgetAt: Int64 = 0
    var toldOfLoop: Int64 = 0
    /// -1: not at all.
    var restartAt: Int64 = -1
  }

  /// kthreadd asks for it. `program` is this process's from here on.
  func consider(_ program: Int32) {
    let canBe = replaceable == .yes && upgrade == .none && program >= 0
    if canBe {
      candidate = program
      upgrade = .awaited
    } else if program >= 0 {
      FileDescriptor.close(program)
    }
    send(Custody.Entry(.mayUpgrade, value: canBe ? 0 : Errno.busy.rawValue))
  }

  /// kthreadd does not know what became of an upgrade.
  func answerWhetherUpgrading() { if upgrade == .none, outcome == nil { send(Custody.Entry(.isUpgrading)) } }

  /// The new program is nobody's any more.
  func dropCandidate() {
    if candidate >= 0 { FileDescriptor.close(candidate) }
    candidate = -1
    upgrade = .none
  }

  /// The new kthreadd has ended before it served: the old program is started again.
  func takeBackUpgrade() {
    guard upgrade == .awaited else { return }
    dropCandidate()
    outcome = Outcome(step: 6, error: .noProcess)
  }

  /// kthreadd serves: the next step, or what became of the last.
  func advanceUpgrade() {
    if upgrade == .awaited { upgrade = .due }
    tellOutcome()
  }

  /// What kthreadd is told of an upgrade when it can be.
  struct Outcome {
    /// UpgradeStep.
    let step: Int32
    let error: Errno
  }

  func tellOutcome() {
    guard let outcome, isServing == .done, process != nil else { return }
    self.outcome = nil
    var entry = Custody.Entry(.upgraded, value: outcome.error.rawValue)
    entry.spare = outcome.step
    // After a failure of this process it goes back to the old program, too.
    send(entry, outcome.step == 7 ? program.rawValue : -1)
  }

  // MARK: the execution

  /// Executes the new program. Returns only where that cannot be done; then all is as it was, and kthreadd is told.
  func execute(_ state: InitState, _ directory: Text, _ command: Text) {
    var state = state
    state.kept = snapshot(candidate)
    SignalQueue.block(.all)
    var failure = Errno.invalid
    do throws(Errno) {
      let file = try state.write(directory, command, parts)
      pass(.kept, candidate)
      FileDescriptor.set(file, .kept)
      Origin.mark(file)
      if let arguments = Origin.arguments, let environment = Origin.environment {
        failure = SelfSpawn.replaceProcess(by: candidate, arguments, environment, .init(repeating: -1))
      }
      pass(.closed, candidate)
      FileDescriptor.close(file)
    } catch { failure = error }
    SignalQueue.block(SignalState.queued)
    sayFailure(failure)
    dropCandidate()
    outcome = Outcome(step: 7, error: failure)
    tellOutcome()
  }

  /// It is the new program that runs here: who asked for it is told.
  func endUpgrade() {
    outcome = Outcome(step: 0, error: Errno(0))
    tellOutcome()
  }

  @inline(never)
  private func sayFailure(_ error: Errno) {
    log.fatal("cannot execute the new swinit: \(error); this one (\(Version.text)) goes on")
  }

  /// All that goes over is there for the next program, or not.
  func pass(_ inheritance: FileDescriptor.Inheritance, _ program: Int32) {
    FileDescriptor.set(memory.rawValue, inheritance)
    FileDescriptor.set(program, inheritance)
    FileDescriptor.set(control, inheritance)
    FileDescriptor.set(notify, inheritance)
    FileDescriptor.set(heart, inheritance)
    FileDescriptor.set(channel, inheritance)
    for slot in 0..<end {
      FileDescriptor.set(held[slot].output &- 1, inheritance)
      FileDescriptor.set(held[slot].channel &- 1, inheritance)
    }
    keepsakes.numbers.pass(inheritance)
    deposits.numbers.pass(inheritance)
  }

  /// In the order that they are read in.
  var parts: InlineArray<3, UnsafeRawBufferPointer> {
    let workers = UnsafeRawBufferPointer(start: held, count: end * MemoryLayout<Held>.stride)
    return [workers, keepsakes.numbers.bytes, deposits.numbers.bytes]
  }

  func snapshot(_ program: Int32) -> State {
    var state = State()
    state.inherited = inherited
    state.memory = memory.rawValue
    state.program = program
    state.control = control
    state.notify = notify
    state.heart = heart
    state.channel = channel
    state.process = process?.rawValue ?? 0
    state.isDone = isDone == .done ? 1 : 0
    state.isServing = isServing == .done ? 1 : 0
    state.hasEndCode = endCode == nil ? 0 : 1
    state.endCode = endCode ?? 0
    state.end = Int32(end)
    state.keepsakeEnd = Int32(keepsakes.end)
    state.depositEnd = Int32(deposits.end)
    state.budget = budget.nanoseconds
    state.budgetAt = budgetAt.nanoseconds
    state.toldOfLoop = toldOfLoop.nanoseconds
    state.restartAt = restartAt?.nanoseconds ?? -1
    return state
  }

  /// In the new program, or after a fault: takes over what the execution before this one has kept.
  func restore(_ taken: InitState.Taken) throws(Errno) {
    let state = taken.state.kept
    defer { FileDescriptor.close(taken.file) }
    guard state.end <= Custody.capacity else { throw .badMessage }
    end = Int(state.end)
    guard end >= 0, end <= Custody.capacity else { throw .badMessage }
    var rest = taken
    try rest.read(end * MemoryLayout<Held>.stride, into: held)
    try keepsakes.restore(&rest)
    try deposits.restore(&rest)
    for slot in 0..<end where held[slot].status != 0 { endsHeld += 1 }
    control = state.control
    notify = state.notify
    channel = state.channel
    process = state.process > 0 ? ProcessID(state.process) : nil
    isDone = state.isDone != 0 ? .done : .pending
    isServing = state.isServing != 0 ? .done : .pending
    endCode = state.hasEndCode != 0 ? state.endCode : nil
    budget = Interval(nanoseconds: state.budget)
    budgetAt = Instant(nanoseconds: state.budgetAt)
    toldOfLoop = Instant(nanoseconds: state.toldOfLoop)
    restartAt = state.restartAt < 0 ? nil : Instant(nanoseconds: state.restartAt)
    pass(.closed, program.rawValue)
  }
}

/// What this process was started with, for its next execution.
enum Origin {
  nonisolated(unsafe) static var arguments: SpawnRequest.Vector?
  nonisolated(unsafe) private(set) static var environment: SpawnRequest.Vector?
  nonisolated(unsafe) private static var digits: UnsafeMutablePointer<CChar>?

  /// Lays the environment out with room for the variable: PID 1 allocates nothing later.
  static func prepare(_ inherited: Environment) {
    var all = inherited
    let variable = CString(copying: Text(InitState.variable), Text("=0000000000"))
    all.set(variable)
    environment = all.vector()
    digits = UnsafeMutablePointer(mutating: variable.pointer + Text(InitState.variable).count + 1)
  }

  static func mark(_ file: Int32) {
    var number = file
    for place in 0..<10 {
      digits?[9 - place] = CChar(48 + number % 10)
      number /= 10
    }
  }
}
