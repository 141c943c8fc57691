public import Sys

/// How far a system has come: the kernel's system_state, by its values; kernel.h.
public enum SystemState: Sendable {
  /// Before kthreadd.
  case booting
  /// The initcalls run.
  case scheduling
  /// They have run; what only they have needed is given back.
  case freeingInitmem
  case running
  case halt, powerOff, restart

  public var name: StaticString {
    switch self {
    case .booting: "SYSTEM_BOOTING"
    case .scheduling: "SYSTEM_SCHEDULING"
    case .freeingInitmem: "SYSTEM_FREEING_INITMEM"
    case .running: "SYSTEM_RUNNING"
    case .halt: "SYSTEM_HALT"
    case .powerOff: "SYSTEM_POWER_OFF"
    case .restart: "SYSTEM_RESTART"
    }
  }

  /// The state that this name stands for.
  public init?(name: Text) {
    let all: [SystemState] = [.booting, .scheduling, .freeingInitmem, .running, .halt, .powerOff, .restart]
    for state in all where name == state.name {
      self = state
      return
    }
    return nil
  }
}
