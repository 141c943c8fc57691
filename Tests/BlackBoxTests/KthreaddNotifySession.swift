import Foundation
import Glibc
import Testing

extension Supervised {
  /// SIGKILL to kthreadd; goes on when the next one serves.
  func replaceKthreadd() throws {
    try session.eventually("a kthreadd") { self.kthreadd != nil }
    let old = try #require(kthreadd)
    Glibc.kill(old, SIGKILL)
    try session.eventually("another kthreadd") { self.kthreadd != nil && self.kthreadd != old }
    try untilServed()
  }

  /// Runs a worker whose life is a list of words, see Tests/Fixtures/probe/life.c.
  @discardableResult func life(_ name: String, _ keys: [String], _ words: String...) throws -> Answer {
    let answer = try ctl(["run", name] + keys.flatMap { ["-p", $0] } + ["--", Place.probe, "life"] + words)
    guard answer.code == 0 else { throw Trouble("swctl run: \(answer)") }
    return answer
  }

  /// A fifo that a life waits at.
  func gate(_ name: String = "gate") throws -> String {
    let path = "\(scratch.path)/\(name)"
    guard mkfifo(path, 0o666) == 0 else { throw Trouble("mkfifo \(path): errno \(errno)") }
    chmod(path, 0o666)
    return path
  }

  func lift(gate path: String) {
    // Nobody may come: that is the test's failure, and not its end.
    var writer: Int32 = -1
    for _ in 0..<2000 where writer < 0 {
      writer = Glibc.open(path, O_WRONLY | O_NONBLOCK)
      if writer < 0 { usleep(5000) }
    }
    _ = Glibc.write(writer, "\n", 1)
    close(writer)
  }

  /// The number outside of a process of the container.
  func outside(_ number: Int32) throws -> pid_t {
    let space = target("/proc/\(session.pid)/ns/pid")
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
      guard let process = pid_t(name), target("/proc/\(process)/ns/pid") == space,
        status(process, "NSpid")?.split(whereSeparator: \.isWhitespace).last == "\(number)"
      else { continue }
      return process
    }
    throw Trouble("no process \(number) in the container")
  }

  /// What is kept, as `swctl --json status` tells it.
  struct Keeping: Decodable {
    let state: String
    let activity: String?
    let stored: Int
  }

  func keeping(_ name: String) throws -> Keeping {
    try JSONDecoder().decode(Keeping.self, from: Data(ctl("--json", "status", name).out.utf8))
  }

  /// How many descriptors PID 1 and kthreadd have.
  func descriptorCounts() throws -> [Int] {
    let kthreadd = try #require(kthreadd)
    return try [session.pid, kthreadd].map { try descriptors(of: $0).count }
  }

  /// Whether they are that few again. A connection that has just ended may still be open, and PID 1 may not have had a worker's pipe
  /// when they were counted.
  func hasAtMost(_ counts: [Int]) throws -> Bool { try zip(descriptorCounts(), counts).allSatisfy { $0 <= $1 + 6 } }
}
