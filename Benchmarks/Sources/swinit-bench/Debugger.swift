import Foundation

/// Counts the calls of functions of a running process, with gdb breakpoints that it never stops at.
final class Debugger {
  /// What a call counter found.
  struct Calls: Equatable {
    /// How often each function that the program has was called.
    var counts: [String: Int] = [:]
    /// The program has no symbols: nothing could be counted.
    var isStripped = true
  }

  private static let attached = "SWINIT-BENCH-ATTACHED"
  private static let function = "SWINIT-BENCH-FUNCTION"
  /// A symbol that every program with symbols has.
  private static let landmark = "_start"

  private let process: Process
  private let output: FileHandle
  private var text = ""

  /// Attaches gdb to a process and lets it run on. Throws `BenchError.unavailable` when gdb is missing or refuses.
  init(_ pid: Int32, program: String, counting functions: [String]) throws(BenchError) {
    guard let gdb = Tool("gdb") else { throw .unavailable(reason: "gdb is not installed") }
    var script = ["set pagination off", "set confirm off", "info address \(Debugger.landmark)", "handle all nostop noprint pass"]
    for function in functions {
      // A star: the function's first instruction. So that each call is seen, also one from hand-written code.
      script += ["echo \(Debugger.function) \(function)\\n", "break *\(function)", "ignore $bpnum 1000000000"]
    }
    script += ["echo \(Debugger.attached)\\n", "continue", "info breakpoints"]
    let arguments = ["-nx", "-batch", "-p", "\(pid)"] + script.flatMap { ["-ex", $0] } + [program]
    (process, output) = try gdb.start(arguments)
    while !text.contains(Debugger.attached) {
      let more = output.availableData
      guard !more.isEmpty else {
        process.waitUntilExit()
        throw .unavailable(reason: "gdb could not attach:\n\(text)")
      }
      text += String(decoding: more, as: UTF8.self)
    }
  }

  deinit {
    if process.isRunning { process.terminate() }
  }

  /// Waits for the end of the process and gives the calls up to it.
  func finish() -> Calls {
    text += String(decoding: output.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Debugger.parse(text)
  }

  /// Reads gdb's output: the breakpoint numbers of the functions, and the hits of `info breakpoints`.
  static func parse(_ text: String) -> Calls {
    var calls = Calls()
    var function: Substring?
    var names: [Substring: String] = [:]
    var number: Substring?
    var addresses: Set<Substring> = []
    for line in text.split(separator: "\n") {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      if line.hasPrefix("Symbol \"\(landmark)\" is at") { calls.isStripped = false }
      if words.first == "SWINIT-BENCH-FUNCTION" {
        function = words.dropFirst().first
      } else if words.first == "Breakpoint", words.count > 3, let name = function {
        function = nil
        // Another name of a function that is counted already.
        guard addresses.insert(words[3]).inserted else { continue }
        names[words[1]] = String(name)
        calls.counts[String(name)] = 0
      } else if let first = words.first, first.allSatisfy(\.isNumber) {
        number = first
      } else if line.contains("breakpoint already hit"), words.count > 3, let count = Int(words[3]),
        let number, let name = names[number]
      {
        calls.counts[name] = count
      }
    }
    return calls
  }
}
