import Foundation
import Glibc
import Testing

/// A container with a cgroup of its own: each worker has a group below it. Where this machine has no cgroup v2 that can be written, there
/// is nothing to test.
@Suite(.serialized) struct KthreaddCgroupTests {
  /// Where cgroup v2 is mounted.
  private static let mount: String? = {
    guard let text = try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count > 2, words[2] == "cgroup2" { return String(words[1]) }
    }
    return nil
  }()

  /// Whether a group can be made here.
  static let isWritable: Bool = {
    guard let mount else { return false }
    let probe = "\(mount)/swinit-probe-\(getpid())"
    guard mkdir(probe, 0o755) == 0 else { return false }
    return rmdir(probe) == 0
  }()

  func inGroup(_ body: (Supervised, String) throws -> Void) throws {
    let group = try #require(Self.mount) + "/swinit-test-\(UUID().uuidString)"
    #expect(mkdir(group, 0o755) == 0)
    defer { rmdir(group) }
    let it = try Supervised(
      command: ["--", "sh", "-c", "echo ready; exec \(Place.probe) hold"], via: [["joins", "\(group)/cgroup.procs"]])
    try body(it, group)
    _ = try it.stop()
    #expect(try FileManager.default.contentsOfDirectory(atPath: group).allSatisfy { !$0.hasPrefix("worker.") }, "nothing stays")
  }

  @Test(.enabled(if: isWritable)) func stopFindsWhatHasLeftItsGroup() throws {
    try inGroup { it, group in
      try it.ctl("run", "a", "--", "sh", "-c", "setsid \(Place.probe) hold & wait")
      try it.session.line("a | ready")
      #expect(try it.told("a").control == "cgroup")
      #expect(try String(contentsOfFile: "\(group)/worker.a/cgroup.events", encoding: .utf8).contains("populated 1"))
      try it.ctl("stop", "a")
      try it.session.eventually("its group to be empty") {
        try String(contentsOfFile: "\(group)/worker.a/cgroup.events", encoding: .utf8).contains("populated 0")
      }
    }
  }

  @Test(.enabled(if: isWritable)) func parkFreezesAllOfIt() throws {
    try inGroup { it, group in
      try it.ctl("run", "a", "--", Place.probe, "hold")
      try it.ctl("park", "a")
      try it.session.eventually("it to be frozen") {
        try String(contentsOfFile: "\(group)/worker.a/cgroup.events", encoding: .utf8).contains("frozen 1")
      }
      try it.ctl("unpark", "a")
      try it.session.eventually("it to go on") {
        try String(contentsOfFile: "\(group)/worker.a/cgroup.events", encoding: .utf8).contains("frozen 0")
      }
    }
  }
}
