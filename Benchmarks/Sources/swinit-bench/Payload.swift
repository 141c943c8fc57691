import Foundation

/// A compiled payload, and what it is started with.
struct Payload {
  let path: String
  var arguments: [String] = []
}

/// The payloads, compiled into a directory that is removed with this object.
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

  /// Compiles all of them. Throws `BenchError.compiler` when that fails, `.unavailable` when there is no compiler.
  init() throws(BenchError) {
    guard let compiler = Tool("cc") else { throw .unavailable(reason: "no C compiler (cc) to build the payloads with") }
    var template = Array("/tmp/swinit-bench.XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw .system(call: "mkdtemp", errno: errno) }
    directory = String(cString: made)
    let sources = Bundle.module.bundlePath + "/Payloads"
    let withoutLibrary = ["-nostdlib", "-nostartfiles", "-fno-stack-protector", "-Wl,--build-id=none"]
    for (name, options) in [("true", withoutLibrary), ("steady", []), ("orphans", []), ("exercise", [])] {
      let arguments = ["-static", "-Os", "-s"] + options + ["-o", "\(directory)/\(name)", "\(sources)/\(name).c"]
      let (output, code) = try compiler.run(arguments)
      guard code == 0 else { throw .compiler(output: output) }
    }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: directory)
  }
}
