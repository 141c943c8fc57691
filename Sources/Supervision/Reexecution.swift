import Sys

/// kthreadd once more in its own place, execve(2): after a fault of this program. The process stays, so its workers stay its children;
/// the rest is asked of PID 1 as after a death. The fault handler can neither allocate nor trust what is in memory besides, so
/// all that it needs stands here.
public enum Reexecution {
  private struct State {
    var table: WorkerTable?
    /// Who may: a process that it has forked and that is to become a worker may not.
    var process: ProcessID?
    var program: Int32 = -1
    /// Standard input is left as it is; output and error as they were before this process opened them anew; and PID 1's socket.
    var descriptors = InlineArray<4, Int32>(repeating: -1)
    var descriptorLimit: UInt64 = 0
    var arguments: SpawnRequest.Vector?
    var environment: SpawnRequest.Vector?
  }

  nonisolated(unsafe) private static var state = State()

  /// From here on a fault is survived in place.
  static func arm(_ supervisor: Supervisor) {
    guard let arguments = supervisor.setting.arguments else { return }
    state.table = supervisor.table
    state.process = .current
    state.program = supervisor.program.rawValue
    state.descriptors = [-1, supervisor.rawOutput.rawValue, supervisor.rawError.rawValue, supervisor.custody]
    state.descriptorLimit = supervisor.descriptorLimit
    state.environment = supervisor.setting.environment
    state.arguments = arguments
  }

  public static var isArmed: Bool { state.process == .current }

  /// At a fault. Returns where there is no kthreadd to save, where that was tried too often, and where it cannot be done.
  public static func afterFault() {
    guard isArmed, let table = state.table, table.noteFault() else { return }
    _ = execute(state.program)
  }

  /// Returns only with the reason why not.
  static func execute(_ program: Int32) -> Errno {
    guard let arguments = state.arguments, let environment = state.environment else { return .invalid }
    // Workers get the limit that kthreadd was given, and so does the next one.
    if let limit = try? Attributes.limit(7) { try? Attributes.setLimit(7, soft: state.descriptorLimit, hard: limit.hard) }
    let error = SelfSpawn.replaceProcess(by: program, arguments, environment, state.descriptors)
    FileDescriptor.close(3)
    if let limit = try? Attributes.limit(7) { try? Attributes.setLimit(7, soft: limit.hard, hard: limit.hard) }
    return error
  }
}
