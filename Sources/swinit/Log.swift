import Sys

/// What swinit says: one line each on standard error, in the form of the program whose name it was started by.
struct Log {
  enum Voice {
    case native, tini, dumbInit, catatonit
  }

  /// By how much has to have gone wrong, or how curious its reader is.
  enum Level: Int {
    case fatal, warning, info, debug
  }

  var voice = Voice.native
  /// What is said: this level and all before it.
  var threshold = Level.warning

  func fatal(_ message: @autoclosure () -> Message) { say(.fatal, message) }
  func warning(_ message: @autoclosure () -> Message) { say(.warning, message) }
  func info(_ message: @autoclosure () -> Message) { say(.info, message) }
  func debug(_ message: @autoclosure () -> Message) { say(.debug, message) }

  private func say(_ level: Level, _ message: () -> Message) {
    guard level.rawValue <= threshold.rawValue else { return }
    var line = prefix(level)
    line.append(contentsOf: message())
    line.send()
  }

  private func prefix(_ level: Level) -> Message {
    switch voice {
    case .native:
      return level == .warning ? "swinit: warning: " : "swinit: "
    case .tini:
      return "[\(tiniName(level)) tini (\(ProcessID.current))] "
    case .dumbInit:
      return "[dumb-init] "
    case .catatonit:
      return "\(catatonitName(level)) (catatonit:\(ProcessID.current)): "
    }
  }

  /// Padded to five columns, as tini does.
  private func tiniName(_ level: Level) -> StaticString {
    switch level {
    case .fatal: "FATAL"
    case .warning: "WARN "
    case .info: "INFO "
    case .debug: "DEBUG"
    }
  }

  private func catatonitName(_ level: Level) -> StaticString {
    switch level {
    case .fatal: "ERROR"
    case .warning: "WARN"
    case .info, .debug: "DEBUG"
    }
  }
}
