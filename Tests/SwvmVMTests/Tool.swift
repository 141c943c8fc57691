import Foundation
import Glibc

/// What went wrong in the harness.
struct Trouble: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// swvm under test, and where things are.
enum Tool {
  static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  private static func path(_ variable: String, _ usual: String) -> String {
    let word = ProcessInfo.processInfo.environment[variable] ?? usual
    return word.hasPrefix("/") ? word : "\(package)/\(word)"
  }
  static let swvm = path("SWVM_BINARY", ".build/debug/swvm")
  static let swinit = path("SWINIT_BINARY", "build/swinit")
  static let kernel = "\(package)/build/kernel"

  /// What a run of the tests makes; gone at its end.
  static let scratch: String = {
    var template = Array("/var/tmp/swvm-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { fatalError("mkdtemp: errno \(errno)") }
    atexit { try? FileManager.default.removeItem(atPath: Tool.scratch) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()

  private static let count = Counter()
  private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var value = 0
    func next() -> Int {
      lock.lock()
      defer { lock.unlock() }
      value += 1
      return value
    }
  }

  /// A path below `scratch` that was not used yet.
  static func fresh(_ name: String) -> String { "\(scratch)/\(count.next())-\(name)" }

  static func directory() throws -> String {
    let path = fresh("directory")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  static func file(_ text: String, _ name: String = "file") throws -> String {
    let path = fresh(name)
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  private static let kernelIsThere: Void = {
    // A writing test must not end with the reader that it has lost.
    signal(SIGPIPE, SIG_IGN)
    let process = Process()
    process.executableURL = URL(filePath: "\(package)/scripts/kernel")
    do { try process.run() } catch { fatalError("scripts/kernel: \(error)") }
    process.waitUntilExit()
  }()

  static func process(_ words: [String], environment: [String: String] = [:]) -> Process {
    _ = kernelIsThere
    let process = Process()
    process.executableURL = URL(filePath: swvm)
    process.arguments = words
    process.currentDirectoryURL = URL(filePath: scratch)
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["SWVM_INIT": swinit, "SWVM_KERNELS": "\(scratch)/kernels"].merging(environment) { $1 }
    ) { $1 }
    return process
  }

  /// Runs swvm to its end.
  static func swvm(
    _ words: [String], input: Data? = nil, environment: [String: String] = [:]
  ) throws -> Result {
    let process = process(words, environment: environment)
    let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
    process.standardInput = input == nil ? FileHandle.nullDevice : stdin
    process.standardOutput = stdout
    process.standardError = stderr
    try process.run()
    let all = DispatchGroup()
    let output = Bytes()
    let errors = Bytes()
    DispatchQueue.global().async(group: all) { output.data = stdout.fileHandleForReading.readDataToEndOfFile() }
    DispatchQueue.global().async(group: all) { errors.data = stderr.fileHandleForReading.readDataToEndOfFile() }
    if let input {
      DispatchQueue.global().async(group: all) {
        try? stdin.fileHandleForWriting.write(contentsOf: input)
        try? stdin.fileHandleForWriting.close()
      }
    }
    process.waitUntilExit()
    all.wait()
    return Result(
      code: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus, output: output.data,
      errors: errors.data)
  }

  /// swvm run with the project's kernel.
  static func run(
    _ options: [String] = [], _ command: [String], input: Data? = nil, environment: [String: String] = [:]
  ) throws -> Result {
    try swvm(["run", "--kernel", kernel] + options + ["--"] + command, input: input, environment: environment)
  }

  static func shell(_ script: String, _ options: [String] = [], input: Data? = nil) throws -> Result {
    try run(options, ["sh", "-c", script], input: input)
  }

  private final class Bytes: @unchecked Sendable { var data = Data() }
}

/// How a run of swvm has ended.
struct Result: CustomStringConvertible {
  /// Less than 0: the signal.
  let code: Int32
  let output: Data
  let errors: Data

  var text: String { String(decoding: output, as: UTF8.self) }
  var errorText: String { String(decoding: errors, as: UTF8.self) }
  var errorLines: [Substring] { errorText.split(separator: "\n") }

  var description: String { "code \(code)\nstdout: \(text.suffix(2000))\nstderr: \(errorText.suffix(4000))" }
}

/// Bytes that are the same in each run.
enum Noise {
  static func bytes(_ count: Int, seed: UInt64 = 1) -> Data {
    var state = seed
    var data = Data(capacity: count)
    for _ in 0..<(count + 7) / 8 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      value ^= value >> 31
      withUnsafeBytes(of: value) { data.append(contentsOf: $0) }
    }
    return data.prefix(count)
  }
}
