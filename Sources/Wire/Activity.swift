/// What a worker says that it is doing, sd_notify(3). The numbers are part of the protocol.
public enum Activity: UInt8, Sendable {
  case none = 0
  /// RELOADING=1, until READY=1.
  case reloading = 1
  /// STOPPING=1: nobody has asked it to.
  case stopping = 2
}

extension WorkerStatus {
  /// How it is, for people: its state, unless it has said more.
  public var word: StaticString {
    switch activity {
    case .none: state.word
    case .reloading: "reloading"
    case .stopping: "stopping by itself"
    }
  }
}
