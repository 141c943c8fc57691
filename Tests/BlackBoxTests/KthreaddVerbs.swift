import Foundation
import Glibc

extension Supervised {
  /// SIGKILL for PID 2, and the next one is there.
  func killKthreadd() throws {
    try session.eventually("a kthreadd") { self.kthreadd != nil }
    let old = kthreadd!
    Glibc.kill(old, SIGKILL)
    try session.eventually("another kthreadd") { self.kthreadd != nil && self.kthreadd != old }
    try untilServed()
  }

  /// A worker's process, by the number that it has outside.
  func outside(_ name: String) throws -> pid_t {
    guard let inside = try told(name).pid else { throw Trouble("\(name) has no process") }
    var places = [session.pid]
    while let place = places.popLast() {
      if status(place, "NSpid")?.split(separator: "\t").last == "\(inside)" { return place }
      places += children(of: place)
    }
    throw Trouble("no process of \(name)")
  }

  /// A shell's script that finds swctl as $S.
  @discardableResult func shell(_ script: String) throws -> Int32 {
    let process = try start(script)
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// The same, while others go on.
  func start(_ script: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", script]
    process.environment = [
      "SWINIT_CONTROL": control, "S": "\(scratch.path)/swctl", "PATH": "/usr/local/bin:/usr/bin:/bin",
    ]
    try Turn.take { try process.run() }
    return process
  }
}
