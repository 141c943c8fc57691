import Foundation
import Glibc
import Testing

/// What happens to workers and requests when kthreadd dies, and what bad clients cost.
@Suite(.serialized) struct KthreaddFaultTests {
  private func kill(_ it: Supervised) throws {
    try it.session.eventually("a kthreadd") { it.kthreadd != nil }
    let old = try #require(it.kthreadd)
    Glibc.kill(old, SIGKILL)
    try it.session.eventually("another kthreadd") { it.kthreadd != nil && it.kthreadd != old }
  }

  @Test func workersOutliveIt() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--", "sh", "-c", "while read line; do :; done < /dev/null; while :; do echo alive; sleep 0.05; done")
    try it.ctl("create", "b", "--", "echo", "woken")
    try it.ctl("run", "c", "-p", "Restart=always", "--", Place.probe, "hold")
    try it.session.line("a | alive")
    let before = try it.all()
    try kill(it)
    let after = try it.all()
    #expect(after.map(\.name) == before.map(\.name))
    #expect(after.map(\.pid) == before.map(\.pid))
    #expect(after.map(\.state) == before.map(\.state))
    // Its pipe has never been without a reader.
    try it.session.line("a | alive")
    #expect(try it.ctl("wake", "b").code == 0)
    try it.session.line("b | woken")
    // Signals, stops and restarts work for what is not its child.
    try it.ctl("kill", "c", "KILL")
    try it.session.eventually("c to be there again") { try it.told("c").restarts == 1 && it.told("c").state == "running" }
    #expect(try it.ctl("stop", "a").code == 0)
    #expect(try it.told("a").signal == "TERM")
  }

  @Test func anEndWhileItIsAway() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--", "sh", "-c", "echo up; read line < \(it.scratch.path)/fifo; exit 5")
    mkfifo("\(it.scratch.path)/fifo", 0o600)
    // A kthreadd that is stopped is as good as away, and cannot see the end.
    try it.ctl("stop", "a")
    try it.ctl("run", "b", "--", "sh", "-c", "read line < \(it.scratch.path)/fifo; exit 5")
    let kthreadd = try #require(it.kthreadd)
    let process = try #require(children(of: kthreadd).first)
    Glibc.kill(kthreadd, SIGSTOP)
    let writer = open("\(it.scratch.path)/fifo", O_WRONLY)
    close(writer)
    try it.session.eventually("b to have ended") { status(process, "State")?.hasPrefix("Z") == true }
    try kill(it)
    #expect(try it.ctl("wait", "b").code == 5, "its status came from PID 1")
  }

  /// Again and again under load: every worker has run once and ended as it should.
  @Test func killedUnderLoad() throws {
    let it = try Supervised()
    let count = 40
    var kills = 0
    for number in 0..<count {
      let file = "\(it.scratch.path)/\(number)"
      if number % 4 == 1, let kthreadd = it.kthreadd {
        Glibc.kill(kthreadd, SIGKILL)
        kills += 1
      }
      let answer = try it.ctl("run", "w\(number)", "--", "sh", "-c", "echo x >> \(file); exit \(number % 5)")
      #expect(answer.code == 0, "w\(number): \(answer)")
      if number % 4 == 3, let kthreadd = it.kthreadd {
        Glibc.kill(kthreadd, SIGKILL)
        kills += 1
      }
    }
    #expect(kills >= 10)
    for number in 0..<count {
      #expect(try it.ctl("wait", "w\(number)").code == Int32(number % 5), "w\(number)")
      #expect(try it.scratch.read("\(number)") == "x\n", "w\(number) has run once")
    }
    #expect(try it.all().count == count)
  }

  @Test func restartsAfterItsDeath() throws {
    let it = try Supervised()
    for _ in 0..<3 { try kill(it) }
    #expect(try it.ctl("run", "a", "--wait", "--", Place.probe, "exit", "4").code == 4)
    try it.session.line("kthreadd", on: .err)
    #expect(try it.stop().end == .code(143))
  }

  @Test func brokenFramesCostTheConnection() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--", Place.probe, "hold")
    func header(_ version: UInt8, _ kind: UInt8, _ length: UInt32, _ body: [UInt8] = []) -> [UInt8] {
      let size = (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
      return [0x53, 0x57, version, kind] + size + [UInt8](repeating: 0, count: 8) + body
    }
    let name: [UInt8] = [1, 0, 1, 0, 0x61]
    let frames: [([UInt8], Int32)] = [
      ([0], EBADMSG), ([0x53, 0x57], EBADMSG), (Array("GET / HTTP/1.0\r\n".utf8), EBADMSG),
      ([UInt8](repeating: 0x53, count: 65536), EBADMSG), ([UInt8](repeating: 0x53, count: 65538), EMSGSIZE),
      (header(9, 2, 5, name), EOPNOTSUPP), (header(1, 200, 5, name), EOPNOTSUPP), (header(1, 0x80, 5, name), EOPNOTSUPP),
      (header(1, 2, .max), EMSGSIZE), (header(1, 2, 4, name), EMSGSIZE), (header(1, 2, 6, name), EBADMSG),
      (header(1, 2, 0), EBADMSG), (header(1, 1, 4, [1, 0, 255, 255]), EBADMSG), (header(1, 2, 5, [1, 0, 1, 0, 0]), EBADMSG),
      (header(1, 11, 18, name + [64, 0, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), EBADMSG),
    ]
    for (frame, error) in frames {
      let client = try RawClient(it.control)
      client.send(frame)
      let answer = client.receive()
      #expect(answer.prefix(4) == [0x53, 0x57, 1, 0x80], "an answer, to \(frame.prefix(20))")
      #expect(answer.dropFirst(16) == [65, 0, 1, 0, UInt8(error)], "with a typed error, to \(frame.prefix(20))")
      #expect(client.receive() == [], "and the end")
    }
    #expect(try it.told("a").state == "running")
  }

  private func memory(_ it: Supervised) throws -> Int {
    let kthreadd = try #require(it.kthreadd)
    let words = try #require(status(kthreadd, "VmRSS")).split(separator: " ")
    return try #require(Int(words[0]))
  }

  private func descriptors(_ count: UInt) {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = max(limit.rlim_cur, min(count, limit.rlim_max))
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// Those beyond the limit are told so; those who do not read lose their connection, and nothing of it stays.
  @Test func aThousandClientsThatNeverRead() throws {
    descriptors(4096)
    let it = try Supervised()
    for number in 0..<20 { try it.ctl("run", "w\(number)", "--", Place.probe, "hold") }
    let before = try memory(it)
    var clients: [RawClient] = []
    for number in 0..<1000 {
      let client = try RawClient(it.control)
      // list, events, logs -f of w0 and wait for w0, as often as it takes.
      let id = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 8)
      for _ in 0..<20 {
        client.send([0x53, 0x57, 1, 12, 0, 0, 0, 0] + id)
        client.send([0x53, 0x57, 1, 15, 0, 0, 0, 0] + id)
        client.send([0x53, 0x57, 1, 13, 11, 0, 0, 0] + id + [1, 0, 2, 0, 0x77, 0x30, 64, 0, 1, 0, 1])
        client.send([0x53, 0x57, 1, 9, 6, 0, 0, 0] + id + [1, 0, 2, 0, 0x77, 0x30])
      }
      clients.append(client)
    }
    // As long as all places are taken, whoever comes is turned away.
    try it.session.eventually("an answer") { try it.ctl("stop", "w1").code == 0 }
    #expect(try memory(it) - before < 2048, "KiB")
    clients.removeAll()
    try it.session.eventually("places to be free") { try it.ctl("list").code == 0 }
    #expect(try it.all().count == 20)
  }

  /// One client may ask for much, but not for everything.
  @Test func aClientThatWaitsForEver() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--", Place.probe, "hold")
    let before = try memory(it)
    let client = try RawClient(it.control)
    for _ in 0..<1024 { client.send([0x53, 0x57, 1, 9, 5, 0, 0, 0] + [UInt8](repeating: 0, count: 8) + [1, 0, 1, 0, 0x61]) }
    // The first that is one too many is the first that is answered.
    client.send([0x53, 0x57, 1, 9, 5, 0, 0, 0] + [UInt8](repeating: 9, count: 8) + [1, 0, 1, 0, 0x61])
    let answer = client.receive()
    #expect(answer.dropFirst(8) == [9, 9, 9, 9, 9, 9, 9, 9, 65, 0, 1, 0, UInt8(EAGAIN)])
    #expect(try memory(it) - before < 1024, "KiB")
    client.hangUp()
    #expect(try it.ctl("stop", "a").code == 0)
  }

  @Test func clientsThatNeverRead() throws {
    let it = try Supervised()
    for number in 0..<20 { try it.ctl("run", "w\(number)", "--", Place.probe, "hold") }
    let before = try memory(it)
    var clients: [RawClient] = []
    // list, as often as it takes.
    for _ in 0..<50 {
      let client = try RawClient(it.control)
      for _ in 0..<50 { client.send([0x53, 0x57, 1, 12, 0, 0, 0, 0] + [UInt8](repeating: 1, count: 8)) }
      clients.append(client)
    }
    #expect(try it.all().count == 20)
    let after = try memory(it)
    #expect(after - before < 1024, "KiB")
  }

  /// A client that goes away takes its unfinished create along.
  @Test func aClientThatGoesAwayCancels() throws {
    let it = try Supervised()
    let kthreadd = try #require(it.kthreadd)
    let client = try RawClient(it.control)
    // run "held", which waits for one that is not there.
    var body: [UInt8] = []
    for (tag, text) in [(1, "held"), (2, "true"), (19, "nobody")] {
      body += [UInt8(tag), 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
    }
    client.send([0x53, 0x57, 1, 3, UInt8(body.count), 0, 0, 0] + [UInt8](repeating: 7, count: 8) + body)
    try it.until("held", "waiting")
    client.hangUp()
    try it.until("held", "ended")
    #expect(children(of: kthreadd).isEmpty)
  }

  @Test func othersAreRefused() throws {
    let it = try Supervised(command: ["--", Place.probe, "hold"])
    let answer = try Session.run(
      ["-c", "SWINIT_CONTROL=\(it.control) exec \(it.scratch.path)/swctl list"], via: [["user", "65534"]], program: "/bin/sh")
    #expect(answer.end == .code(77) || answer.end == .code(69))
  }

  /// Where there are few descriptors for all, workers are created nevertheless.
  @Test(arguments: ["48", "128", "511", "512"]) func fewDescriptors(_ limit: String) throws {
    let it = try Supervised(via: [["limit", "7", limit, limit]])
    for number in 0..<3 {
      #expect(try it.ctl("run", "w\(number)", "-p", "X-ShouldStopFD=5", "--", Place.probe, "hold").code == 0)
    }
    for _ in 0..<3 { try it.session.line("| ready") }
  }

  /// Also where one of many has ended, so that all others were looked through.
  @Test(arguments: [10, 300]) func idle(_ count: Int) throws {
    let it = try Supervised()
    for number in 0..<count { try it.ctl("run", "w\(number)", "-p", "Restart=always", "--", Place.probe, "hold") }
    for _ in 0..<count { try it.session.line("| ready") }
    try it.ctl("stop", "w0")
    let kthreadd = try #require(it.kthreadd)
    func switches() -> [String?] { [it.session.pid, kthreadd].map { status($0, "voluntary_ctxt_switches") } }
    var before = switches()
    var same = 0
    try it.session.eventually("both to sleep") {
      let now = switches()
      same = now == before ? same + 1 : 0
      before = now
      return same > 40
    }
    sleep(3)  // what is measured
    #expect(switches() == before)
  }

  /// No descriptor and no memory stays behind.
  @Test func nothingLeaks() throws {
    let it = try Supervised()
    func count() throws -> [Int] {
      let kthreadd = try #require(it.kthreadd)
      return try [it.session.pid, kthreadd].map { try FileManager.default.contentsOfDirectory(atPath: "/proc/\($0)/fd").count }
    }
    func round() throws {
      for number in 0..<20 {
        try it.ctl("run", "w\(number)", "--wait", "--", "echo", "x")
        try it.ctl("forget", "w\(number)")
      }
    }
    try round()
    let before = try count()
    try round()
    // A connection that has just ended may still be open.
    try it.session.eventually("as few as before: \(before)") { try zip(count(), before).allSatisfy { $0 <= $1 } }
  }
}
