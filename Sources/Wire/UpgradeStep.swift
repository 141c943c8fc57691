/// Where an upgrade stopped. The order is the order of the steps; the numbers are part of the protocol.
public enum UpgradeStep: UInt8, CaseIterable, Sendable {
  case none = 0
  case path = 1
  case execute = 2
  /// It has not said, or not in time, what swinits say.
  case ask = 3
  /// Its table, protocol or state has another version.
  case version = 4
  /// PID 1 is not where it could be replaced.
  case allow = 5
  /// The new kthreadd did not come up; the old one was started again.
  case kthreadd = 6
  /// PID 1 could not execute it, and goes on as it was.
  case initProcess = 7

  /// Fits behind the program's path and ": ", and before the cause.
  public var words: StaticString {
    switch self {
    case .none: "not done"
    case .path: "cannot be opened"
    case .execute: "cannot be executed"
    case .ask: "is no swinit that can go on here"
    case .version: "is a swinit of another generation, which cannot read this one's state"
    case .allow: "not now: swinit runs its hooks, or ends"
    case .kthreadd: "its kthreadd did not come up; the old one goes on"
    case .initProcess: "PID 1 could not execute it; the old one goes on"
    }
  }
}
