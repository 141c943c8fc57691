import Foundation
import Glibc

/// A root directory of its own, with swinit in it and the static probe as whatever the test puts there.
final class Root {
  let scratch: Scratch
  var path: String { scratch.path }

  init() throws {
    scratch = try Scratch()
    try scratch.directory("proc")
    try scratch.directory("tmp")
    try scratch.copy(Place.probeStatic, to: "probe")
    try scratch.copy(Place.swinit, to: "swinit")
    for library in try Self.libraries() { try scratch.copy(library, to: String(library.dropFirst())) }
  }

  /// What says what it got when it is executed, and exits with 42.
  @discardableResult func teller(_ name: String, mode: mode_t = 0o755) throws -> String {
    try scratch.copy(Place.probeStatic, to: name, mode: mode)
  }

  /// Runs swinit as PID 1 in it. `via` runs inside, before swinit.
  func run(_ words: [String], env: [String] = [], via: [[String]] = [], program: String = "/swinit") throws -> Outcome {
    let inner = via.flatMap { ["/probe"] + $0 + ["--"] } + [program]
    return try Session.run(Array(inner.dropFirst()) + words, env: env, via: [["root", path]], program: inner[0])
  }

  /// What the program under test needs when it is the ordinary build: ldd(1) lists nothing for a static one.
  static func libraries() throws -> [String] {
    let process = Process()
    let pipe = Foundation.Pipe()
    process.executableURL = URL(filePath: "/usr/bin/ldd")
    process.arguments = [Place.swinit]
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try Turn.take { try process.run() }
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(whereSeparator: { " \t\n".contains($0) }).map(String.init).filter {
      $0.hasPrefix("/") && !$0.hasSuffix(":")
    }
  }
}
