import Foundation
import Glibc

/// Where the programs under test are.
enum Place {
  /// The package's directory, found from this file.
  static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The program under test: SWINIT_BINARY, else the static product.
  static let swinit = path("SWINIT_BINARY", "build/swinit")
  /// Tests/Fixtures/probe, with libcap and libsystemd.
  static let probe = path("PROBE_BINARY", "build/probe")
  /// The same without any library, for a root directory that has none.
  static let probeStatic = path("PROBE_STATIC_BINARY", "build/probe-static")

  private static func path(_ variable: String, _ standard: String) -> String {
    URL(filePath: ProcessInfo.processInfo.environment[variable] ?? standard, relativeTo: package).path
  }
}

/// A program that is being written cannot be executed (ETXTBSY), and a process that is started just then by another test keeps it
/// open until its exec: so writing and starting take turns.
enum Turn {
  private static let lock = NSLock()
  static func take<Result>(_ body: () throws -> Result) rethrows -> Result { try lock.withLock(body) }
}

/// A directory of one test, gone with it.
final class Scratch {
  let path: String

  init() throws {
    var template = Array("/tmp/swinit-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Trouble("mkdtemp: errno \(errno)") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // Other users' commands work here too.
    chmod(path, 0o755)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes `text` to a file below; its directories are made. Gives the file's path.
  @discardableResult func file(_ name: String, _ text: String = "", mode: mode_t = 0o644) throws -> String {
    try file(name, bytes: Data(text.utf8), mode: mode)
  }

  @discardableResult func file(_ name: String, bytes: Data, mode: mode_t) throws -> String {
    let target = try place(name)
    try Turn.take { try bytes.write(to: URL(filePath: target)) }
    chmod(target, mode)
    return target
  }

  /// A copy of a program.
  @discardableResult func copy(_ source: String, to name: String, mode: mode_t = 0o755) throws -> String {
    try file(name, bytes: Data(contentsOf: URL(filePath: source)), mode: mode)
  }

  @discardableResult func link(_ name: String, to destination: String) throws -> String {
    let target = try place(name)
    guard symlink(destination, target) == 0 else { throw Trouble("symlink \(target): errno \(errno)") }
    return target
  }

  @discardableResult func directory(_ name: String) throws -> String {
    let target = "\(path)/\(name)"
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    return target
  }

  func read(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }

  private func place(_ name: String) throws -> String {
    let target = "\(path)/\(name)"
    try FileManager.default.createDirectory(
      atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    return target
  }
}

/// What went wrong in the harness, or what was waited for in vain, with all that was seen.
struct Trouble: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
