import Foundation
import Glibc
import Testing

/// kthread_bind(): before the wake and after it, for every task, over restarts and deaths of kthreadd.
@Suite(.enabled(if: sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1)) struct KthreaddBindTests {
  private func processors(_ process: pid_t) -> String? { status(process, "Cpus_allowed_list") }

  /// What every task of a process is bound to.
  private func everyTask(_ process: pid_t) throws -> [String?] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task").map { status(pid_t($0)!, "Cpus_allowed_list") }
  }

  @Test func beforeItsWake() throws {
    let it = try Supervised()
    try it.ctl("create", "a", "-p", "Restart=always", "--", Place.probe, "hold")
    #expect(try it.ctl("bind", "a", "1").code == 0)
    #expect(processors(try it.outside("a")) == "1")
    try it.killKthreadd()
    try it.ctl("wake", "a")
    try it.session.line("a | ready")
    #expect(processors(try it.outside("a")) == "1")
    try it.ctl("restart", "a")
    try it.session.line("a | ready")
    #expect(processors(try it.outside("a")) == "1")
  }

  /// As the kernel shows its threads.
  @Test func shownByItsProcessor() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--", Place.probe, "hold")
    #expect(try it.ctl("status", "a").out.hasPrefix("a: running"))
    try it.ctl("bind", "a", "1")
    #expect(try it.ctl("status", "a").out.hasPrefix("a/1: running"))
    #expect(try it.ctl("list").out.contains("\na/1 "))
    #expect(try it.told("a").processors == "1")
    try it.ctl("bind", "a", "0-1")
    #expect(try it.ctl("status", "a").out.hasPrefix("a: running"))
    #expect(try it.told("a").processors == "0-1")
    // Defined so, its process has the name too, of which the kernel keeps fifteen bytes.
    try it.ctl("create", "of-a-name-of-some-length", "-p", "CPUAffinity=1", "--", "true")
    #expect(status(try it.outside("of-a-name-of-some-length"), "Name") == "of-a-name-of-so")
    try it.ctl("create", "b", "-p", "CPUAffinity=1", "--", "true")
    #expect(status(try it.outside("b"), "Name") == "b/1")
  }

  @Test func everyTaskOfIt() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--", "sh", "-c", "\(Place.probe) threads 3 & exec \(Place.probe) threads 5")
    try it.session.line("a | threads")
    try it.session.line("a | threads")
    let process = try it.outside("a")
    let helper = try #require(children(of: process).first)
    for (round, processor) in ["0", "1", "0-1", "0"].enumerated() {
      if round == 1 { try it.killKthreadd() }
      #expect(try it.ctl("bind", "a", processor).code == 0)
      #expect(try everyTask(process) == [String?](repeating: processor, count: 6))
      #expect(try everyTask(helper) == [String?](repeating: processor, count: 4))
    }
  }

  /// One that sets itself up was given its definition before.
  @Test func whileItIsSetUp() throws {
    let it = try Supervised()
    for round in 0..<10 {
      let client = try RawClient(it.control)
      let words = [(1, "w\(round)"), (2, Place.probe), (2, "hold")]
      client.send(RawClient.frame(verb: 1, id: UInt8(round), words))
      client.send(RawClient.frame(verb: 18, id: 99, [(1, "w\(round)"), (85, "1")]))
      let answers = [client.receive(), client.receive()]
      #expect(answers.allSatisfy { $0.count > 16 && $0[3] == 0x80 })
      #expect(processors(try it.outside("w\(round)")) == "1")
    }
  }

  @Test func ofOneThatHasEnded() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--", Place.probe, "hold")
    try it.ctl("stop", "a")
    #expect(try it.ctl("bind", "a", "1").code == 0)
    try it.killKthreadd()
    try it.ctl("start", "a")
    #expect(processors(try it.outside("a")) == "1")
  }

  @Test func whatIsNotThere() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "CPUAffinity=1", "--", Place.probe, "hold")
    for word in ["1023", "0,1023", "0-1023", "node:1023"] {
      let answer = try it.ctl("bind", "a", word)
      #expect(answer.code == 1)
      #expect(answer.err == "swctl: cannot bind 'a' to '\(word)': not all of them are there (Invalid argument)\n")
    }
    for word in ["", "x", "1-", "3-1", "1024", "node:", "node:x", "numa"] {
      let answer = try it.ctl("bind", "a", word)
      #expect(answer.code == 2)
      #expect(answer.err == "swctl: '\(word)' are no processors: expected a list such as 0-3,6, or node:0\n")
    }
    #expect(try it.ctl("bind", "nobody", "1").code == 3)
    #expect(try it.ctl("bind", "a").code == 2)
    #expect(processors(try it.outside("a")) == "1")
    #expect(try it.told("a").processors == "1")
    let kthreadd = try #require(it.kthreadd)
    #expect(processors(kthreadd) == processors(getpid()), "kthreadd has gone back to where it was")
  }

  private static let node = try? String(contentsOfFile: "/sys/devices/system/node/node0/cpulist", encoding: .utf8)

  @Test(.enabled(if: node != nil)) func nodes() throws {
    let it = try Supervised()
    let expected = try #require(Self.node).trimmingCharacters(in: .newlines)
    try it.ctl("run", "a", "-p", "CPUAffinity=0", "--", Place.probe, "hold")
    #expect(try it.ctl("bind", "a", "node:0").code == 0)
    #expect(processors(try it.outside("a")) == expected)
    try it.ctl("run", "b", "-p", "CPUAffinity=node:0", "--", Place.probe, "hold")
    #expect(processors(try it.outside("b")) == expected)
    #expect(try it.told("b").processors == "node:0")
    let answer = try it.ctl("run", "c", "-p", "CPUAffinity=node:1023", "--", "true")
    #expect(answer.code == 125 || answer.code == 126)
    #expect(answer.err.contains("cannot bind it to its processors"))
  }

  /// What has left its session is in its cgroup still.
  @Test(.enabled(if: KthreaddCgroupTests.isWritable)) func everyTaskOfItsCgroup() throws {
    try KthreaddCgroupTests().inGroup { it, group in
      try it.ctl("run", "a", "--", "sh", "-c", "setsid \(Place.probe) threads 2 & exec \(Place.probe) threads 1")
      try it.session.line("a | threads")
      try it.session.line("a | threads")
      #expect(try it.told("a").control == "cgroup")
      #expect(try it.ctl("bind", "a", "1").code == 0)
      let process = try it.outside("a")
      #expect(try everyTask(process) == ["1", "1"])
      #expect(try everyTask(try #require(children(of: process).first)) == ["1", "1", "1"])
      try it.ctl("stop", "a")
      try it.session.eventually("its group to be empty") {
        try String(contentsOfFile: "\(group)/worker.a/cgroup.events", encoding: .utf8).contains("populated 0")
      }
    }
  }
}

extension RawClient {
  /// A frame of a few fields.
  static func frame(verb: UInt8, id: UInt8, _ fields: [(tag: Int, text: String)]) -> [UInt8] {
    var body: [UInt8] = []
    for (tag, text) in fields {
      body += [UInt8(tag), 0, UInt8(text.utf8.count & 0xFF), UInt8(text.utf8.count >> 8)] + Array(text.utf8)
    }
    let head = [0x53, 0x57, 1, verb, UInt8(body.count & 0xFF), UInt8(body.count >> 8), 0, 0]
    return head + [UInt8](repeating: id &+ 1, count: 8) + body
  }
}
