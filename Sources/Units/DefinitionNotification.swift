import Sys

extension Definition {
  /// NotifyAccess=: whose messages count.
  public enum NotifyAccess: UInt8, Sendable { case main = 0, all = 1, none = 2, exec = 3 }

  /// The keys of readiness, and of the descriptors that are kept over restarts.
  mutating func setNotification(_ key: Text, _ value: Text) -> Outcome {
    switch true {
    case key == "NotifyAccess": return setAccess(value)
    case key == "NotificationFD":
      guard let number = value.decimal(upTo: 1023), number >= 3 else { return .bad("a number from 3 to 1023") }
      notificationDescriptor = Int32(number)
    default:
      guard let number = value.decimal(upTo: 64) else { return .bad("a number from 0 to 64") }
      storeMaximum = number
    }
    return .set
  }

  private mutating func setAccess(_ value: Text) -> Outcome {
    switch true {
    case value == "none": notifyAccess = .none
    case value == "main": notifyAccess = .main
    case value == "exec": notifyAccess = .exec
    case value == "all": notifyAccess = .all
    default: return .bad("none, main, exec or all")
    }
    return .set
  }
}
