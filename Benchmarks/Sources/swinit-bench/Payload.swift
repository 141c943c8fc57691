import Foundation

/// A compiled payload, and what it is started with.
struct Payload {
  let path: String
  var arguments: [String] = []
}

/// Payloads, compiled into a directory that is removed with this object.
final class Payloads {
  /// Where they are.
  let directory: String

  /// Ends at once, with the number of its arguments; without a C library.
  var nothing: Payload { Payload(path: "\(directory)/true") }
  /// Waits for its end, and answers SIGUSR1.
  var steady: Payload { Payload(path: "\(directory)/steady") }
  /// Makes PID 1 do one of everything.
  var exercise: Payload { Payload(path: "\(directory)/exercise") }
  /// Makes `total` orphans, `batch` at a time.
  func orphans(total: Int, batch: Int) -> Payload {
    Payload(path: "\(directory)/orphans", arguments: ["\(total)", "\(batch)"])
  }

  /// The first program behind a machine's init.
  var first: Payload { Payload(path: "\(directory)/machine-first") }
  /// An init that does the least.
  var least: Payload { Payload(path: "\(directory)/machine-least") }
  /// Waits until a machine is quiet, and asks for its power-off.
  var quiet: Payload { Payload(path: "\(directory)/machine-quiet") }

  /// A worker that tells its first instruction's time.
  var firstInstruction: Payload { Payload(path: "\(directory)/worker-first") }
  /// Starts that one for the harness.
  var bareStarter: Payload { Payload(path: "\(directory)/worker-bare") }
  /// Leaves no process number to anybody else.
  var full: Payload { Payload(path: "\(directory)/worker-full") }

  /// A source file below Payloads, less `.c`, and what it is built with besides the usual.
  struct Source {
    let name: String
    var options: [String] = []
  }

  private static let withoutLibrary = ["-nostdlib", "-nostartfiles", "-fno-stack-protector", "-Wl,--build-id=none"]
  static let containers = [
    Source(name: "true", options: withoutLibrary), Source(name: "steady"), Source(name: "orphans"), Source(name: "exercise"),
  ]
  static let workers = [
    Source(name: "worker-first", options: withoutLibrary + ["-ffreestanding"]), Source(name: "worker-bare"),
    Source(name: "worker-full"),
  ]
  static let machines = [
    Source(name: "machine-first", options: withoutLibrary + ["-ffreestanding"]),
    Source(name: "machine-least", options: withoutLibrary + ["-ffreestanding"]),
    Source(name: "machine-quiet", options: withoutLibrary + ["-ffreestanding"]),
  ]

  /// Compiles these. Throws `BenchError.compiler` when that fails, `.unavailable` when there is no compiler.
  init(_ list: [Source]) throws(BenchError) {
    guard let compiler = Tool("cc") else { throw .unavailable(reason: "no C compiler (cc) to build the payloads with") }
    var template = Array("/tmp/swinit-bench.XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw .system(call: "mkdtemp", errno: errno) }
    directory = String(cString: made)
    let sources = Bundle.module.bundlePath + "/Payloads"
    for source in list {
      let arguments =
        ["-static", "-Os", "-s"] + source.options + ["-o", "\(directory)/\(source.name)", "\(sources)/\(source.name).c"]
      let (output, code) = try compiler.run(arguments)
      guard code == 0 else { throw .compiler(output: output) }
    }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: directory)
  }
}
