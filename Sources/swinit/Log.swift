import Sys

/// What swinit says: one line each on standard error, in the form of the program whose name it was started by.
struct Log {
  enum Voice: Sendable {
    case native, tini, dumbInit, catatonit
  }

  /// By how much has to have gone wrong, or how curious its reader is.
  enum Level: Int {
    case fatal, warning, info, debug
  }

  /// Where a line goes besides standard error.
  enum Copy: Sendable {
    case none
    /// /dev/kmsg, at a level that the console does not show: the line is there already.
    case kernel
  }

  var voice = Voice.native
  var copiesTo = Copy.none
  /// What is said: this level and all before it.
  var threshold = Level.warning

  // The message is built only when it is said, and where it is said: a closure each would make the program a third larger.
  @inline(__always)
  func fatal(_ message: @autoclosure () -> Message) { if says(.fatal) { say(.fatal, message()) } }
  @inline(__always)
  func warning(_ message: @autoclosure () -> Message) { if says(.warning) { say(.warning, message()) } }
  @inline(__always)
  func info(_ message: @autoclosure () -> Message) { if says(.info) { say(.info, message()) } }
  @inline(__always)
  func debug(_ message: @autoclosure () -> Message) { if says(.debug) { say(.debug, message()) } }

  private func says(_ level: Level) -> Bool { level.rawValue <= threshold.rawValue }

  @inline(never)
  private func say(_ level: Level, _ message: Message) {
    var line = prefix(level)
    line.append(contentsOf: message)
    line.send()
    if copiesTo == .kernel, let kernel = try? FileDescriptor(opening: "/dev/kmsg", .readWrite) { try? kernel.write("<7>\(line)") }
  }

  /// A command that could not be executed, in the peers' words where tools look for them, and with the cause.
  @inline(never)
  func cannotExecute(_ command: CString, _ error: Errno, _ cause: Message) {
    switch voice {
    case .native: say(.fatal, cause)
    case .tini: say(.fatal, "exec \(command) failed: \(error) (\(cause))")
    case .dumbInit: say(.fatal, "\(command): \(error) (\(cause))")
    case .catatonit: say(.fatal, "failed to exec pid1: \(error) (\(cause))")
    }
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
