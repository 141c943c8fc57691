import Foundation

/// A helper program of the machine: a compiler, a debugger.
struct Tool {
  let path: String

  /// The tool of this name in PATH; nil when there is none.
  init?(_ name: String) {
    guard let found = Files.search(name) else { return nil }
    path = found
  }

  init(path: String) {
    self.path = path
  }

  /// Runs it to its end. What it wrote to both streams, and its exit code.
  func run(_ arguments: [String]) throws(BenchError) -> (output: String, code: Int32) {
    let (process, output) = try start(arguments)
    let text = String(decoding: output.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (text, process.terminationStatus)
  }

  /// Starts it; the handle reads what it writes to both streams.
  func start(_ arguments: [String]) throws(BenchError) -> (Process, FileHandle) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    do { try process.run() } catch { throw .unavailable(reason: "\(path): \(error)") }
    return (process, pipe.fileHandleForReading)
  }
}
