import TestSupport
@testable import Boot
@testable import Sys
@testable import swinit

/// What a command line and an environment came to: the configuration and what is asked for, or the mistake.
struct Parsed {
  var configuration = Configuration()
  var request: Personality.Request?
  var error: UsageError?

  init(_ words: [String], _ environment: [String] = []) {
    let arguments = vector(words)
    do throws(UsageError) {
      let personality = Personality(name: words.first.map(word))
      request = try personality.parse(arguments, Environment(vector(environment)), into: &configuration)
    } catch {
      self.error = error
    }
  }

  /// `run`, `help`, `pause`, `output …`, `error …`, or `exit N: message`.
  var said: String {
    if let error { return "exit \(error.exitCode): \(error.message.string)" }
    return switch request {
    case nil: "nothing"
    case .run: "run"
    case .help: "help"
    case .pause: "pause"
    case .power: "power"
    case .say(let stream, let parts): "\(stream) " + parts.map { Text($0).string }.joined()
    }
  }

  var command: [String]? { strings(configuration.command) }
  func forwarded(_ number: Int) -> Int32? { configuration.policy.rewrites[Signal(number: number)!]?.rawValue }
}
