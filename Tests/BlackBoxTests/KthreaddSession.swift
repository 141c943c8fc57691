import Foundation
import Glibc

/// A container of `swinit -S`, and swctl in front of it.
final class Supervised {
  let session: Session
  let scratch: Scratch
  private let swctl: String
  /// Here as long as this is.
  private var root: Root?

  /// Behind its workers there is a command that holds, unless `command` is another one. /run is empty.
  init(_ options: [String] = ["-S"], command: [String] = ["--", Place.probe, "hold"], via: [[String]] = [], env: [String] = [])
    throws
  {
    scratch = try Scratch()
    swctl = try scratch.link("swctl", to: Place.swinit)
    session = try Session(options + command, env: env, via: [["hide", "/run"]] + via, program: Place.swinit)
    if command == ["--", Place.probe, "hold"] { try session.line("ready") } else { try untilServed() }
  }

  /// In a root of its own, where workers can be defined.
  init(_ root: Root, _ options: [String] = [], command: [String] = [], env: [String] = []) throws {
    scratch = try Scratch()
    swctl = try scratch.link("swctl", to: Place.swinit)
    self.root = root
    try root.scratch.copy(Place.swinit, to: "swinit")
    session = try Session(options + command, env: env, via: [["root", root.path]], program: "/swinit")
    try untilServed()
  }

  var control: String { "/proc/\(session.pid)/root/run/swinit/control" }

  /// PID 2, by the number that it has outside.
  var kthreadd: pid_t? { children(of: session.pid).first { status($0, "Name") == "kthreadd" } }

  func untilServed() throws {
    try session.eventually("kthreadd to serve") { try self.ctl("health", unchecked: true).code != 69 }
  }

  struct Answer {
    let code: Int32
    let out: String
    let err: String
  }

  /// Runs swctl to its end.
  @discardableResult func ctl(_ words: String..., unchecked: Bool = false) throws -> Answer { try ctl(words) }

  func ctl(_ words: [String]) throws -> Answer {
    let process = Process()
    let out = Foundation.Pipe()
    let err = Foundation.Pipe()
    process.executableURL = URL(filePath: swctl)
    process.arguments = words
    process.environment = ["SWINIT_CONTROL": control]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = out
    process.standardError = err
    try Turn.take { try process.run() }
    let text = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let complaint = String(decoding: err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Answer(code: process.terminationStatus, out: text, err: complaint)
  }

  /// One worker as `swctl --json status` tells it.
  struct Told: Decodable {
    let name, state: String
    let pid: Int32?
    let restarts: Int
    let code: Int?
    let signal: String?
    let status, control, processors: String
  }

  func told(_ name: String) throws -> Told {
    let answer = try ctl("--json", "status", name)
    guard !answer.out.isEmpty else { throw Trouble("no status of \(name): \(answer)") }
    return try JSONDecoder().decode(Told.self, from: Data(answer.out.utf8))
  }

  func all() throws -> [Told] { try JSONDecoder().decode([Told].self, from: Data(ctl("--json", "list").out.utf8)) }

  /// Looks until a worker is in this state.
  func until(_ name: String, _ state: String) throws {
    try session.eventually("\(name) to be \(state)") { try self.told(name).state == state }
  }

  /// What a worker that runs `probe state` into a file has found.
  func state(_ options: [String]) throws -> CommandState {
    let path = "\(scratch.path)/state"
    try? FileManager.default.removeItem(atPath: path)
    chmod(scratch.path, 0o777)
    let answer = try ctl(["run", "state"] + options + ["--wait", "--", Place.probe, "state", path])
    guard answer.code == 0 else { throw Trouble("swctl run: \(answer)") }
    return try CommandState(line: String(contentsOfFile: path, encoding: .utf8))
  }

  /// Ends the container as `docker stop` does.
  func stop() throws -> Outcome {
    session.send(SIGTERM)
    return try session.finish()
  }
}

/// A client of the control socket that says what it likes.
final class RawClient {
  private var socket: Int32

  init(_ path: String) throws {
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    guard result == 0 else { throw Trouble("connect \(path): errno \(errno)") }
  }

  deinit { hangUp() }

  func hangUp() {
    if socket >= 0 { close(socket) }
    socket = -1
  }

  func send(_ bytes: [UInt8]) { _ = Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

  /// The next packet; empty at the end.
  func receive() -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(socket, &buffer, buffer.count, 0)
    return Array(buffer.prefix(max(count, 0)))
  }
}
