public import Sys

/// What somebody wants of a whole system.
public struct SystemRequest: Equatable, Sendable {
  public enum End: Equatable, Sendable {
    case halt, powerOff, restart
    /// The kernel that kexec_load(2) has put into memory; a restart where there is none.
    case kexec
  }

  public enum Manner: Equatable, Sendable {
    /// Processes get TERM and their time.
    case orderly
    /// Processes get KILL at once; file systems are unmounted.
    case forced
    /// reboot(2), now.
    case immediate
  }

  public let end: End
  public let manner: Manner

  public init(_ end: End, _ manner: Manner) {
    self.end = end
    self.manner = manner
  }

  /// What is added to RTMIN for the signal that asks for it, as systemd(1) has them; the immediate ones are the forced.
  public var signalOffset: Int {
    let number =
      switch end {
      case .halt: 3
      case .powerOff: 4
      case .restart: 5
      case .kexec: 6
      }
    return manner == .orderly ? number : number + 10
  }

  public init?(signalOffset: Int) {
    switch signalOffset >= 10 ? signalOffset - 10 : signalOffset {
    case 3: end = .halt
    case 4: end = .powerOff
    case 5: end = .restart
    case 6: end = .kexec
    default: return nil
    }
    manner = signalOffset >= 10 ? .forced : .orderly
  }

  public var state: SystemState {
    switch end {
    case .halt: .halt
    case .powerOff: .powerOff
    case .restart, .kexec: .restart
    }
  }
}

/// The signals by which PID 1 of a system is asked for something: those of busybox's init, those of systemd(1), and Ctrl-Alt-Del.
public struct SystemSignals: Sendable {
  /// Twice within this time means that somebody is in a hurry.
  public static let hurry = Interval.seconds(2)

  private var lastControlAltDelete: Instant?

  public init() {}

  /// nil: it asks for nothing.
  public mutating func receive(_ signal: Signal, at now: Instant) -> SystemRequest? {
    switch signal {
    case .interrupt:
      // Ctrl-Alt-Del, as the kernel tells its cad_pid.
      defer { lastControlAltDelete = now }
      if let last = lastControlAltDelete, now < last + SystemSignals.hurry { return SystemRequest(.restart, .immediate) }
      return SystemRequest(.restart, .orderly)
    case .terminate: return SystemRequest(.restart, .orderly)
    case .user1: return SystemRequest(.halt, .orderly)
    case .user2, .powerFailure: return SystemRequest(.powerOff, .orderly)
    default: return SystemRequest(signalOffset: Int(signal.rawValue) - Signal.firstRealTime)
    }
  }
}
