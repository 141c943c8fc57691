import Foundation
import Glibc
import Testing

/// A container whose cgroup has controllers: workers' limits, and what is told of the kernel's kills for lack of memory. Where this
/// machine has no cgroup v2 with a memory controller that can be given away, there is nothing to test.
@Suite(.serialized) struct KthreaddMemoryTests {
  /// Where cgroup v2 is mounted, with the three controllers for the groups below its root.
  private static let mount: String? = {
    guard let text = try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8) else { return nil }
    let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
    guard let mount = lines.first(where: { $0.count > 2 && $0[2] == "cgroup2" }).map({ String($0[1]) }) else { return nil }
    let control = "\(mount)/cgroup.subtree_control"
    guard (try? write("+memory +pids +cpu", control)) != nil else { return nil }
    return read(control).split(separator: " ").contains("memory") ? mount : nil
  }()
  private static let isThere = mount != nil

  private static func write(_ text: String, _ path: String) throws {
    guard let file = FileHandle(forWritingAtPath: path) else { throw Trouble("cannot open \(path): errno \(errno)") }
    try file.write(contentsOf: Data(text.utf8))
  }

  private static func read(_ path: String) -> String {
    ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Calls `body` with a container in a group of its own, and its directory, which is to be as it was afterwards.
  private func inGroup(
    _ options: [String] = ["-S"], prepare: (String) throws -> Void = { _ in }, _ body: (Supervised, String) throws -> Void
  ) throws {
    let group = try #require(Self.mount) + "/swinit-test-\(UUID().uuidString)"
    #expect(Glibc.mkdir(group, 0o755) == 0)
    defer { #expect(rmdir(group) == 0, "nothing stays below it: errno \(errno)") }
    try prepare(group)
    let it = try Supervised(
      options, command: ["--", "sh", "-c", "echo ready; exec \(Place.probe) hold"], via: [["joins", "\(group)/cgroup.procs"]])
    try body(it, group)
    // While kthreadd ends PID 1 and the command are put back.
    _ = try it.stop()
  }

  /// More memory than it may have: this becomes one line without end.
  private static let glutton = ["tail", "/dev/zero"]

  @Test(.enabled(if: isThere)) func limitsWork() throws {
    try inGroup { it, group in
      #expect(Self.read("\(group)/cgroup.subtree_control").split(separator: " ").count == 3)
      #expect(Self.read("\(group)/cgroup.procs") == "", "nobody is in the group itself")
      #expect(Self.read("\(group)/init/cgroup.procs").split(separator: "\n").count == 3, "PID 1, kthreadd, the command")
      for name in ["a", "b"] {
        try it.ctl(
          "run", name, "-p", "MemoryMax=64M", "-p", "MemoryHigh=32M", "-p", "TasksMax=3", "-p", "CPUWeight=50", "-p",
          "CPUQuota=150%",
          "--", "sh", "-c", "(\(Place.probe) hold & \(Place.probe) hold & \(Place.probe) hold & wait); exec \(Place.probe) hold")
        #expect(Self.read("\(group)/worker.\(name)/memory.max") == "67108864")
        #expect(Self.read("\(group)/worker.\(name)/memory.high") == "33554432")
        #expect(Self.read("\(group)/worker.\(name)/pids.max") == "3")
        #expect(Self.read("\(group)/worker.\(name)/cpu.weight") == "50")
        #expect(Self.read("\(group)/worker.\(name)/cpu.max") == "150000 100000")
        try it.session.eventually("a fork too many") { Self.read("\(group)/worker.\(name)/pids.events").hasSuffix("max 1") }
        // Another kthreadd begins in the leaf, and finds the container's group above it.
        try it.killKthreadd()
      }
      #expect(!it.session.text(.err).contains("has no effect"))
      let doctor = try it.ctl("doctor").out
      for name in ["cgroup", "memory", "pids", "cpu"] { #expect(doctor.contains("\(name): there\n"), "\(doctor)") }
    }
  }

  @Test(.enabled(if: isThere)) func anEndForLackOfMemory() throws {
    try inGroup { it, _ in
      let events = try it.follow("events")
      _ = try it.ctl(["run", "a", "-p", "MemoryMax=16M", "--"] + Self.glutton)
      #expect(try it.ctl("wait", "a").code == 137)
      try it.session.line("worker 'a': the kernel has killed processes of it for lack of memory: 1, in all 1", on: .err)
      try it.session.line("worker 'a' was ended by SIGKILL (out of memory)", on: .err)
      for _ in 0..<2 {
        let status = try it.ctl("status", "a").out
        #expect(status.contains(", ended by SIGKILL (out of memory), oom-kills: 1"), "\(status)")
        #expect(try it.told("a", "out_of_memory") == true)
        try it.killKthreadd()
      }
      // A KILL that was sent is none.
      try it.ctl("run", "b", "-p", "MemoryMax=16M", "--", Place.probe, "hold")
      try it.ctl("kill", "b", "KILL")
      #expect(try it.ctl("wait", "b").code == 137)
      #expect(try it.told("b", "out_of_memory") == false)
      _ = try it.ctl(["run", "c", "-p", "MemoryMax=16M", "--"] + Self.glutton)
      #expect(try it.ctl("wait", "c").code == 137)
      #expect(events.text.contains("oom-kills: 1"))
    }
  }

  /// Who lives on although a child was killed has that told at once, and a later KILL from elsewhere is not one's own.
  @Test(.enabled(if: isThere)) func aChildIsKilled() throws {
    try inGroup { it, _ in
      let a = try it.obedient("a", ["-p", "MemoryMax=16M"])
      a("tail /dev/zero")
      try it.session.line("worker 'a': the kernel has killed processes of it for lack of memory: 1, in all 1", on: .err)
      #expect(try it.told("a").state == "running")
      #expect(try it.told("a", "oom_kills") == 1)
      try it.killKthreadd()
      #expect(try it.told("a", "oom_kills") == 1)
      a("tail /dev/zero")
      try it.session.line("for lack of memory: 1, in all 2", on: .err)
      try it.ctl("kill", "a", "KILL")
      #expect(try it.ctl("wait", "a").code == 137)
      #expect(try it.told("a", "out_of_memory") == false)
    }
  }

  /// Nobody looks while it happens.
  @Test(.enabled(if: isThere)) func aKillWhileKthreaddIsAway() throws {
    try inGroup { it, _ in
      let a = try it.obedient("a", ["-p", "MemoryMax=16M"])
      let process = try #require(try it.told("a").pid)
      let kthreadd = try #require(it.kthreadd)
      let outside = try #require(children(of: kthreadd).first)
      #expect(process > 0)
      kill(kthreadd, SIGSTOP)
      a("exec tail /dev/zero")
      try it.session.eventually("it to have ended") { status(outside, "State")?.hasPrefix("Z") == true }
      try it.killKthreadd()
      #expect(try it.ctl("wait", "a").code == 137)
      #expect(try it.told("a", "out_of_memory") == true)
      #expect(try it.told("a", "oom_kills") == 1)
    }
  }

  /// Processes from outside cannot be moved, and with them in the group it cannot have controllers: it is said, and left as it was.
  @Test(.enabled(if: isThere)) func whereOthersAreInTheGroup() throws {
    let other = Process()
    other.executableURL = URL(filePath: Place.probe)
    other.arguments = ["hold"]
    other.standardOutput = FileHandle.nullDevice
    try Turn.take { try other.run() }
    try inGroup(prepare: { try Self.write("\(other.processIdentifier)", "\($0)/cgroup.procs") }) { it, group in
      let words = "processes from outside are in the container's cgroup"
      try it.ctl("run", "a", "-p", "MemoryMax=16M", "--", Place.probe, "hold")
      try it.session.line("MemoryMax= of 'a' has no effect: \(words)", on: .err)
      #expect(try it.ctl("status", "a").out.contains("not limited: memory (\(words))"))
      #expect(try it.ctl("doctor").out.contains("memory: missing; \(words)\n"))
      #expect(Self.read("\(group)/cgroup.procs").split(separator: "\n").count == 4)
      #expect(!FileManager.default.fileExists(atPath: "\(group)/init"))
      _ = try it.stop()
      // Only now can the group go.
      kill(other.processIdentifier, SIGKILL)
      try it.session.eventually("the other to have gone") { Self.read("\(group)/cgroup.procs") == "" }
    }
  }

  /// Without a group of its own a worker's end is laid to what the container's has counted.
  @Test(.enabled(if: isThere)) func withoutGroups() throws {
    let group = try #require(Self.mount) + "/swinit-test-\(UUID().uuidString)"
    #expect(Glibc.mkdir(group, 0o755) == 0)
    defer { rmdir(group) }
    try Self.write("64M", "\(group)/memory.max")
    let scratch = try Scratch()
    let swctl = try scratch.link("swctl", to: Place.swinit)
    let script = [
      "run a -- tail /dev/zero", "wait a", "run b -- \(Place.probe) hold", "kill b KILL", "wait b", "status a", "status b",
    ]
    let run = try Session.run(
      ["-S", "--", "sh", "-c", script.map { "\(swctl) \($0)" }.joined(separator: "; ")],
      via: [["hide", "/run"], ["joins", "\(group)/cgroup.procs"], ["user", "65534"]], program: Place.swinit)
    #expect(run.out.contains(", ended by SIGKILL (out of memory), oom-kills: 1 [process group]"), "\(run.out)")
    #expect(run.out.contains(", last end: SIGKILL [process group]"), "\(run.out)")
    #expect(run.err.contains("worker 'a' was ended by SIGKILL (out of memory)"))
  }
}
