import Glibc

/// Why a measurement could not be made.
enum BenchError: Error, Equatable, CustomStringConvertible {
  /// A system call failed.
  case system(call: String, errno: Int32)
  /// A file of /proc has not the form that proc(5) gives it.
  case unreadable(path: String)
  /// A payload could not be compiled.
  case compiler(output: String)
  /// A payload sent something else than was expected; nil when it had gone.
  case payload(subject: String, expected: Message, got: UInt8?)
  /// Something took so long that it will not come any more.
  case timeout(subject: String, what: String)
  /// An init ended with another code than its payload.
  case exitCode(subject: String, expected: Int32, got: Int32)
  /// A figure has nothing to measure here.
  case unavailable(reason: String)

  var description: String {
    switch self {
    case .system(let call, let errno): "\(call): \(String(cString: strerror(errno)))"
    case .unreadable(let path): "\(path): not in the expected form"
    case .compiler(let output): "cc failed:\n\(output)"
    case .payload(let subject, let expected, let got):
      "\(subject): its payload \(got.map { "sent \($0)" } ?? "is gone"), expected \"\(expected)\""
    case .timeout(let subject, let what): "\(subject): timed out waiting for \(what)"
    case .exitCode(let subject, let expected, let got): "\(subject): exit code \(got), expected \(expected)"
    case .unavailable(let reason): reason
    }
  }
}
