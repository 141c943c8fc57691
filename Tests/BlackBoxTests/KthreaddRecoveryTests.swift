import Foundation
import Glibc
import Testing

/// What kthreadd survives, and what PID 1 does where it does not: traps, hangs, what it dies of again and again, and deaths at every place
/// of a worker's begin.
@Suite(.serialized) struct KthreaddRecoveryTests {
  // MARK: traps

  @Test func aTrapIsSurvivedInPlace() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--", Place.probe, "hold")
    try it.ctl("create", "b", "--", "echo", "woken")
    try it.ctl("run", "c", "-p", "Restart=always", "--", Place.probe, "hold")
    try it.ctl("run", "d", "--", Place.probe, "hold")
    try it.ctl("park", "d")
    let kthreadd = try #require(it.kthreadd)
    let before = try it.all()
    let open = try it.openFiles()
    for _ in 0..<3 { try it.crash() }
    #expect(it.kthreadd == kthreadd, "the same process")
    let after = try it.all()
    #expect(after.map(\.name) == before.map(\.name))
    #expect(after.map(\.pid) == before.map(\.pid))
    #expect(after.map(\.state) == before.map(\.state))
    #expect(children(of: kthreadd).count == 4, "they are its children still")
    try it.session.eventually("no more open files than before: \(open)") { try it.openFiles() <= open }
    #expect(try it.ctl("wake", "b").code == 0)
    try it.session.line("b | woken")
    #expect(try it.ctl("unpark", "d").code == 0)
    try it.ctl("kill", "c", "KILL")
    try it.session.eventually("c to be there again") { try it.told("c").restarts == 1 && it.told("c").state == "running" }
    #expect(try it.ctl("stop", "a").code == 0)
    #expect(try it.told("a").signal == "TERM")
    // One more in the same minute is one too many: another process.
    try it.crash()
    try it.session.eventually("another kthreadd") { it.kthreadd != nil && it.kthreadd != kthreadd }
    #expect(try it.told("d").pid == before[3].pid)
    #expect(try it.stop().end == .code(143))
  }

  /// A worker that ends while kthreadd cannot see it is reaped by the next image, with its status.
  @Test func anEndBeforeTheTrapIsTold() throws {
    let it = try Supervised()
    mkfifo("\(it.scratch.path)/fifo", 0o600)
    try it.ctl("run", "a", "--", "sh", "-c", "read line < \(it.scratch.path)/fifo; exit 5")
    let kthreadd = try #require(it.kthreadd)
    let process = try #require(children(of: kthreadd).first)
    Glibc.kill(kthreadd, SIGSTOP)
    try it.probe("crash", "\(kthreadd)")
    close(open("\(it.scratch.path)/fifo", O_WRONLY))
    try it.session.eventually("a to have ended") { status(process, "State")?.hasPrefix("Z") == true }
    Glibc.kill(kthreadd, SIGCONT)
    try it.session.eventually("its status to be known") { try it.told("a").code == 5 }
    #expect(try it.ctl("wait", "a").code == 5)
    #expect(it.kthreadd == kthreadd)
    #expect(children(of: kthreadd).isEmpty)
  }

  /// What the first one was given is what workers get from the next.
  @Test func workersStartAsBefore() throws {
    let it = try Supervised(via: [["limit", "7", "1000", "2000"]])
    let before = try it.state([])
    try it.crash()
    try it.ctl("forget", "state")
    let after = try it.state([])
    #expect(after.limits[7] == "1000:2000")
    #expect(after.limits == before.limits && after.fds.keys == before.fds.keys && after.blocked == [] && after.ignored == [])
  }

  /// What PID 1 was started with is its command's, and what an image before had open is nobody's.
  @Test func nothingIsInherited() throws {
    let it = try Supervised(via: [["open", "3,4,7,200"]])
    for _ in 0..<2 {
      let leaks = try descriptors(of: #require(it.kthreadd)).filter { $0.value == "/dev/zero" }
      #expect(leaks.isEmpty, "\(leaks)")
      try it.crash()
    }
  }

  /// PID 1 has not taken yet what a kthreadd that is dead by now has sent: more than it takes at a time.
  @Test func whatItSaidLastIsHeard() throws {
    let it = try Supervised()
    let kthreadd = try #require(it.kthreadd)
    it.session.send(SIGSTOP)
    try it.session.eventually("PID 1 to be stopped") { status(it.session.pid, "State")?.hasPrefix("T") == true }
    for number in 0..<80 { #expect(try it.ctl("create", "w\(number)", "--", "echo", "woken").code == 0) }
    let before = try it.all()
    Glibc.kill(kthreadd, SIGKILL)
    it.session.send(SIGCONT)
    try it.session.eventually("another kthreadd") { it.kthreadd != nil && it.kthreadd != kthreadd }
    try it.untilServed()
    let after = try it.all()
    #expect(after.map(\.state) == before.map(\.state) && after.map(\.pid) == before.map(\.pid))
    #expect(try it.ctl("wake", "w79").code == 0)
    try it.session.line("w79 | woken")
  }

  // MARK: hangs

  @Test func oneThatGoesRoundInCirclesIsReplaced() throws {
    let it = try Supervised(["-S", "--heartbeat", "1s"])
    try it.ctl("run", "a", "--", Place.probe, "hold")
    let kthreadd = try #require(it.kthreadd)
    let process = try it.told("a").pid
    let loop = try Tracer("loop", "\(kthreadd)")
    #expect(try it.ctl("health").code == 0, "the next one answers the same request")
    loop.finish()
    try it.session.line("has not answered for 1000 ms: SIGKILL", on: .err)
    #expect(it.kthreadd != kthreadd)
    #expect(try it.told("a").pid == process)
  }

  @Test func oneThatWasStoppedIsReplaced() throws {
    let it = try Supervised(["-S", "--heartbeat", "1s"])
    try it.ctl("run", "a", "--", Place.probe, "hold")
    let kthreadd = try #require(it.kthreadd)
    Glibc.kill(kthreadd, SIGSTOP)
    #expect(try it.ctl("health").code == 0)
    try it.session.line("has not answered for 1000 ms: SIGKILL", on: .err)
    #expect(it.kthreadd != kthreadd)
    #expect(try it.told("a").state == "running")
  }

  @Test func oneThatGoesOnIsLeftAlone() throws {
    let it = try Supervised(["-S", "--heartbeat", "2s"])
    let kthreadd = try #require(it.kthreadd)
    for _ in 0..<3 {
      Glibc.kill(kthreadd, SIGSTOP)
      try it.session.eventually("it to be stopped") { status(kthreadd, "State")?.hasPrefix("T") == true }
      Glibc.kill(kthreadd, SIGCONT)
      #expect(try it.ctl("health").code == 0)
    }
    sleep(3)  // nothing is to happen
    #expect(it.kthreadd == kthreadd)
    #expect(it.session.text(.err) == "")
  }

  @Test func heartbeatsThatCannotBe() throws {
    for (word, answer) in [("0", "expected a time over 0 such as 10s, or infinity"), ("soon", "expected")] {
      let run = try Session.run(["-S", "--heartbeat", word, "true"], program: Place.swinit)
      #expect(run.end == .code(2))
      #expect(run.err.contains("bad value '\(word)' for --heartbeat: ") && run.err.contains(answer), "\(run.err)")
    }
    #expect(try Session.run(["--heartbeat", "infinity", "true"], program: Place.swinit).end == .code(0))
  }

  // MARK: what it dies of

  /// It faults while it notes a worker's end, and again while it starts it anew: the third one leaves it alone, and looks after the others.
  @Test func aWorkerThatItDiesOfIsQuarantined() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "Restart=always", "-p", "RestartSec=2s", "--", Place.probe, "hold")
    try it.ctl("run", "b", "-p", "Restart=always", "--", Place.probe, "hold")
    let other = try it.told("b").pid
    let inside = try #require(it.told("a").pid)
    let process = try #require(it.number(inside))
    let first = try Tracer("crashin", "\(try #require(it.kthreadd))")
    Glibc.kill(process, SIGKILL)
    first.finish()
    try it.untilServed()
    try Tracer("crashin", "\(try #require(it.kthreadd))").finish()
    try it.session.line("worker 'a' is quarantined: kthreadd has died 2 times in a row over it", on: .err)
    try it.session.eventually("kthreadd to serve") { try it.ctl("health", unchecked: true).code == 1 }
    #expect(try it.told("a").state == "quarantined")
    #expect(try it.ctl("status", "a").code == 4)
    #expect(try it.ctl("stop", "a").err.contains("is quarantined: 'swctl restart a' begins it anew, 'swctl forget a' ends it"))
    #expect(try it.told("b").pid == other)
    try it.ctl("kill", "b", "KILL")
    try it.session.eventually("b to be there again") { try it.told("b").restarts == 1 && it.told("b").state == "running" }
    // It stays so for the next ones.
    try it.kill()
    #expect(try it.told("a").state == "quarantined")
    #expect(try it.ctl("restart", "a").code == 0)
    #expect(try it.told("a").state == "running")
    try it.ctl("kill", "a", "KILL")
    try it.session.eventually("a to be there again") { try it.told("a").restarts == 1 && it.told("a").state == "running" }
    #expect(try it.stop().end == .code(143))
  }

  @Test func aQuarantinedWorkerGoesOn() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "StandardOutput=inherit", "--", Place.probe, "signals", "12")
    try it.session.line("ready")
    let process = try #require(it.told("a").pid)
    // kthreadd does not know this state of its own making.
    try it.changeRecord(0) { $0.storeBytes(of: 16, toByteOffset: 9, as: UInt8.self) }
    try it.kill()
    let told = try it.told("a")
    #expect(told.state == "quarantined" && told.pid == process)
    let inside = try #require(it.number(process))
    Glibc.kill(inside, 10)
    try it.session.line("signal 10")
    #expect(try it.ctl("forget", "a").code == 0)
    try it.session.eventually("its process to be gone") { kill(inside, 0) != 0 }
    #expect(try it.ctl("status", "a").code == 3)
  }

  /// A request that is handled twice to no good is refused the third time, and others are not.
  @Test func aRequestThatItDiesOfIsRefused() throws {
    let it = try Supervised()
    // health
    let frame: [UInt8] = [0x53, 0x57, 1, 15, 0, 0, 0, 0] + [UInt8](repeating: 7, count: 8)
    for _ in 0..<2 {
      let client = try RawClient(it.control)
      try it.session.eventually("kthreadd to sleep") { status(try #require(it.kthreadd), "State")?.hasPrefix("S") == true }
      let tracer = try Tracer("crashin", "\(try #require(it.kthreadd))")
      client.send(frame)
      tracer.finish()
      #expect(client.receive() == [], "no answer")
      try it.untilServed()
    }
    let client = try RawClient(it.control)
    client.send(frame)
    // error, one byte: ENOTRECOVERABLE
    #expect(Array(client.receive().dropFirst(16).prefix(5)) == [65, 0, 1, 0, 131])
    #expect(client.receive() == [])
    #expect(try it.ctl("health").code == 0)
  }

  /// Killed by others again and again while it is about one worker: that says nothing about the worker.
  @Test func killsFromElsewhereAreNoFault() throws {
    let it = try Supervised()
    for later in [1, 1, 1] {
      let tracer = try Tracer("killat", "\(try #require(it.kthreadd))", "\(later)")
      let name = "w\(later)"
      #expect(try it.ctl("run", name, "-p", "Restart=always", "--", Place.probe, "hold").code == 0)
      tracer.finish()
      #expect(try it.told(name).state == "running")
      try it.ctl("stop", name)
    }
    #expect(!it.session.text(.err).contains("quarantined"))
  }

  /// A file that cannot be read to its end: kthreadd hangs over it, twice.
  @Test func aDefinitionThatItHangsOverIsQuarantined() throws {
    let root = try Root()
    try root.scratch.directory("run")
    try root.scratch.file("dev/null")
    try root.scratch.file("etc/swinit/workers.d/good.service", "[Service]\nExecStart=/probe hold\n")
    mkfifo("\(root.path)/etc/swinit/workers.d/bad.service", 0o600)
    let it = try Supervised(root, ["--heartbeat", "600ms"])
    try it.session.line("the definition of 'bad' is quarantined: kthreadd has died 2 times in a row over it", on: .err)
    try it.until("good", "running")
    #expect(try it.told("bad").state == "quarantined")
    #expect(try it.ctl("restart", "bad").code != 0)
    #expect(try it.ctl("forget", "bad").code == 0)
    #expect(try it.all().map(\.name) == ["good"])
  }

  /// No kthreadd can begin: PID 1 says so, the workers go on, and at TERM it stops them itself.
  @Test(arguments: [false, true]) func whereNoneComesUpPidOneStopsThem(_ isStubborn: Bool) throws {
    let it = try Supervised(["-S", "--grace", "500ms"])
    let wait = isStubborn ? "trap '' TERM" : "trap 'echo asked; exit 0' TERM"
    try it.ctl(
      "run", "a", "-p", "StandardOutput=inherit", "--", "sh", "-c", "\(wait); echo up; while :; do sleep 0.05; done")
    try it.session.line("up")
    try it.changeTable { $0.storeBytes(of: 99, toByteOffset: 4, as: UInt32.self) }
    Glibc.kill(try #require(it.kthreadd), SIGKILL)
    try it.session.line("kthreadd ends again and again; its workers go on", on: .err)
    let run = try it.stop()
    #expect(run.end == .code(143))
    #expect(run.err.contains("kthreadd is not there: 1 of its workers are stopped without it"))
    #expect(run.out.contains("asked\n") == !isStubborn)
  }

  // MARK: deaths in the midst of a begin

  /// At every system call from the fork on, which is before COMMIT, to behind the definition's sending: the worker runs once.
  @Test(arguments: 0...14) func deathsBetweenForkAndCommit(_ later: Int) throws {
    let it = try Supervised()
    let file = "\(it.scratch.path)/ran"
    let kthreadd = try #require(it.kthreadd)
    let tracer = try Tracer("killat", "\(kthreadd)", "\(later)")
    let answer = try it.ctl("run", "a", "--", "sh", "-c", "echo x >> \(file); exec \(Place.probe) hold")
    #expect(answer.code == 0, "\(answer)")
    tracer.finish()
    try it.session.line("a | ready")
    #expect(it.kthreadd != kthreadd)
    #expect(try it.scratch.read("ran") == "x\n", "once")
    let told = try it.told("a")
    #expect(told.state == "running" && told.restarts == 0 && "\(told.pid ?? 0)\n" == answer.out)
    // What was forked before the death has ended.
    let next = try #require(it.kthreadd)
    try it.session.eventually("nobody else") { children(of: it.session.pid).count + children(of: next).count == 3 }
    #expect(try it.ctl("stop", "a").code == 0)
  }

  /// The same of a worker that is created and not woken: it has run nothing, and can be woken.
  @Test(arguments: [0, 2, 4, 6, 8, 10, 12]) func deathsBetweenForkAndCommitOfACreate(_ later: Int) throws {
    let it = try Supervised()
    let tracer = try Tracer("killat", "\(try #require(it.kthreadd))", "\(later)")
    #expect(try it.ctl("create", "a", "--", "echo", "woken").code == 0)
    tracer.finish()
    #expect(try it.told("a").state == "created")
    #expect(try it.ctl("wake", "a").code == 0)
    try it.session.line("a | woken")
    #expect(try it.ctl("wait", "a").code == 0)
    #expect(it.session.count("a | woken") == 1)
  }

  /// Another one that somebody starts by hand has no PID 1 behind it, and changes nothing.
  @Test func aSecondOneEnds() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--", Place.probe, "hold")
    let answer = try it.ctl(
      "run", "b", "-p", "StandardOutput=inherit", "--wait", "--", Place.probe, "argv0", "kthreadd", "--", Place.swinit, "1000",
      "0", "1000")
    #expect(answer.code == 1)
    try it.session.line("kthreadd cannot begin: ", on: .err)
    #expect(try it.told("a").state == "running")
    #expect(it.session.text(.err).contains("kthreadd (") == false, "and the first one lives")
  }
}

/// `probe loop` or `probe killat`, which holds another process until it is where it is wanted.
final class Tracer {
  private let process = Process()

  init(_ words: String...) throws {
    let out = Foundation.Pipe()
    process.executableURL = URL(filePath: Place.probe)
    process.arguments = words
    process.standardOutput = out
    try Turn.take { try process.run() }
    let said = String(decoding: out.fileHandleForReading.availableData, as: UTF8.self)
    guard said.hasPrefix("attached\n") else { throw Trouble("probe \(words) said \(said)") }
  }

  func finish() {
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}

extension Supervised {
  /// Runs probe to its end.
  func probe(_ words: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: Place.probe)
    process.arguments = words
    try Turn.take { try process.run() }
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  /// Makes kthreadd trap, and waits until one serves again.
  func crash() throws {
    let process = try #require(kthreadd)
    // In its wait: while it forks, it has every signal blocked.
    try session.eventually("kthreadd to sleep") { status(process, "State")?.hasPrefix("S") == true }
    try probe("crash", "\(process)")
    try session.line("swinit: panic: SIGSEGV", on: .err)
    try untilServed()
  }

  /// KILL, and waits until another one is there.
  func kill() throws {
    let old = try #require(kthreadd)
    Glibc.kill(old, SIGKILL)
    try session.eventually("another kthreadd") { self.kthreadd != nil && self.kthreadd != old }
    try untilServed()
  }

  /// How many files kthreadd has open.
  func openFiles() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(#require(kthreadd))/fd").count }

  /// The number outside of a process that has this one inside.
  func number(_ inside: Int32) -> pid_t? {
    let all = children(of: session.pid) + children(of: session.pid).flatMap { children(of: $0) }
    return all.first { status($0, "NSpid")?.split(whereSeparator: \.isWhitespace).last == "\(inside)" }
  }

  /// Changes the table that PID 1 holds.
  func changeTable(_ change: (UnsafeMutableRawBufferPointer) -> Void) throws {
    let all = try descriptors(of: session.pid)
    let place = try #require(all.first { $0.value.hasPrefix("/memfd:workers") }?.key)
    let file = open("/proc/\(session.pid)/fd/\(place)", O_RDWR)
    defer { close(file) }
    let size = Int(lseek(file, 0, SEEK_END))
    let memory = try #require(mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0))
    defer { munmap(memory, size) }
    change(UnsafeMutableRawBufferPointer(start: memory, count: size))
  }

  /// Changes both copies of a record, and makes them whole again.
  func changeRecord(_ slot: Int, _ change: (UnsafeMutableRawBufferPointer) -> Void) throws {
    try changeTable { table in
      for copy in 0..<2 {
        let start = 4096 + (slot * 2 + copy) * 160
        let record = UnsafeMutableRawBufferPointer(rebasing: table[start..<start + 160])
        change(record)
        var hash: UInt32 = 0x811C_9DC5
        for byte in record[4...] { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        record.storeBytes(of: hash, as: UInt32.self)
      }
    }
  }
}
