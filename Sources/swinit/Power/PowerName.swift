import Boot
import Sys

/// The names by which this program ends a machine: those of sysvinit, systemd and busybox.
enum PowerName {
  case reboot, poweroff, halt, shutdown

  init?(_ name: Text) {
    switch true {
    case name == "reboot": self = .reboot
    case name == "poweroff": self = .poweroff
    case name == "halt": self = .halt
    case name == "shutdown": self = .shutdown
    default: return nil
    }
  }

  var text: StaticString {
    switch self {
    case .reboot: "reboot"
    case .poweroff: "poweroff"
    case .halt: "halt"
    case .shutdown: "shutdown"
    }
  }

  /// What is done when nothing else is said.
  var end: SystemRequest.End {
    switch self {
    case .reboot: .restart
    case .poweroff, .shutdown: .powerOff
    case .halt: .halt
    }
  }

  /// A mistake, or what has failed: one line in this name.
  @inline(never)
  func error(_ message: Message) -> UsageError { UsageError("\(text): \(message)", exitCode: 1) }

  /// Says a line in this name.
  @inline(never)
  func say(_ message: Message) { ("\(text): \(message)" as Message).send() }
}
