import Foundation
import Glibc
import Testing

/// swinit is replaced by another swinit while its workers and its command run.
@Suite(.serialized) struct KthreaddUpgradeTests {
  /// A second swinit, which differs from the first in what it calls its version.
  private func another(_ scratch: Scratch) throws -> String {
    var bytes = try Data(contentsOf: URL(filePath: Place.swinit))
    var count = 0
    while let place = bytes.range(of: Data("0.1.0".utf8)) {
      bytes.replaceSubrange(place, with: Data("9.9.9".utf8))
      count += 1
    }
    try #require(count > 0)
    let path = try scratch.file("swinit-new", bytes: bytes, mode: 0o755)
    #expect(try Session.run(["--version"], program: path).out == "swinit 9.9.9\n")
    return path
  }

  /// Which programs PID 1 and kthreadd are.
  private func programs(_ it: Supervised) throws -> [String?] {
    // In the midst of an execution it has no name.
    try it.session.eventually("a kthreadd") { it.kthreadd != nil }
    return [target("/proc/\(it.session.pid)/exe"), target("/proc/\(try #require(it.kthreadd))/exe")]
  }

  @Test func nothingNotices() throws {
    let it = try Supervised(
      ["-S", "--exit-map", "143:9", "--post", "sh -c 'echo hook $SWINIT_EXIT_CODE in $PWD'"],
      command: ["--", "sh", "-c", "trap 'echo one' USR1; trap 'echo end; exit 143' TERM; echo up; while :; do sleep 0.02; done"],
      via: [["chdir", "/tmp"]])
    let new = try another(it.scratch)
    try it.session.line("up")
    let main = try #require(children(of: it.session.pid).first { status($0, "Name") == "sh" })
    try it.ctl("create", "created", "--", "echo", "woken")
    try it.ctl("run", "running", "-p", "Restart=always", "--", Place.probe, "hold")
    try it.ctl("run", "parked", "--", Place.probe, "hold")
    try it.ctl("park", "parked")
    try it.ctl("run", "backoff", "-p", "Restart=always", "-p", "RestartSec=60s", "--", "false")
    try it.until("backoff", "backoff")
    let kthreadd = try #require(it.kthreadd)
    let before = try it.all()
    let name = status(it.session.pid, "Name")
    let open = try it.openFiles()
    let openBefore = try descriptors(of: it.session.pid).count
    // As the kernel tells it, without links.
    let old = URL(filePath: Place.swinit).resolvingSymlinksInPath().path
    for program in [new, old, new] {
      let answer = try it.ctl("upgrade", program)
      #expect(answer.code == 0 && answer.err == "", "\(answer)")
      #expect(try programs(it) == [program, program])
      #expect(it.kthreadd == kthreadd)
      let after = try it.all()
      #expect(after.map(\.name) == before.map(\.name) && after.map(\.pid) == before.map(\.pid))
      #expect(after.map(\.state) == before.map(\.state) && after.map(\.restarts) == before.map(\.restarts))
      it.session.send(SIGUSR1)
      try it.session.line("one")
    }
    #expect(status(it.session.pid, "Name") == name)
    #expect(kill(main, 0) == 0 && status(main, "PPid") == "\(it.session.pid)")
    try it.session.eventually("no more open files than before") {
      try it.openFiles() <= open && descriptors(of: it.session.pid).count <= openBefore
    }
    #expect(try it.ctl("wake", "created").code == 0)
    try it.session.line("created | woken")
    #expect(try it.ctl("unpark", "parked").code == 0)
    try it.ctl("kill", "running", "KILL")
    try it.session.eventually("it to be there again") { try it.told("running").restarts == 1 }
    // The next kthreadd is the new one, too.
    try it.kill()
    #expect(try programs(it) == [new, new])
    #expect(try it.told("parked").pid == before.first { $0.name == "parked" }?.pid)
    let run = try it.stop()
    #expect(run.end == .code(9), "the options are kept")
    #expect(run.out.contains("end\n") && run.out.contains("hook 9 in /tmp\n"), "\(run.out)")
  }

  /// What is kept beside processes goes over, too: stored descriptors.
  @Test func whatIsStoredStays() throws {
    let it = try Supervised()
    let new = try another(it.scratch)
    let gate = try it.gate()
    try it.life(
      "a", ["FileDescriptorStoreMax=2", "Restart=always"], "listen", "wait:\(gate)", "store:FDSTORE=1|FDNAME=db:one", "hold")
    try it.session.line("a | listen 0")
    it.lift(gate: gate)
    try it.session.line("a | store 1 1")
    for program in [new, Place.swinit] { #expect(try it.ctl("upgrade", program).code == 0) }
    // The next kthreadd has it from the PID 1 that has it from the one before.
    try it.kill()
    #expect(try it.keeping("a").stored == 1)
    try it.ctl("kill", "a", "KILL")
    try it.session.line("a | listen 1")
    try it.session.line("a | fd 3 db one")
  }

  @Test func underLoad() throws {
    // Its command is run by several threads, each with a process of its own.
    nonisolated(unsafe) let it = try Supervised(command: [])
    let new = try another(it.scratch)
    let count = 60
    let codes = Codes(count)
    let load = Thread {
      DispatchQueue.concurrentPerform(iterations: count) { number in
        let file = "\(it.scratch.path)/\(number)"
        let script = "echo x >> \(file); sleep 0.1; exit \(number % 7)"
        let answer = try? it.ctl("run", "w\(number)", "--wait", "--", "sh", "-c", script)
        codes.set(number, answer?.code ?? -1)
      }
    }
    load.start()
    var upgrades = 0
    while codes.isOpen {
      let answer = try it.ctl("upgrade", upgrades % 2 == 0 ? new : Place.swinit)
      #expect(answer.code == 0, "\(answer)")
      upgrades += 1
    }
    #expect(upgrades > 2)
    for number in 0..<count {
      #expect(try it.ctl("wait", "w\(number)").code == Int32(number % 7), "w\(number): its status is known")
      #expect(try it.scratch.read("\(number)") == "x\n", "w\(number) has run once")
    }
    #expect(try it.stop().end == .code(0))
  }

  /// What PID 1 keeps beside processes is all there for a kthreadd after it: nothing reads as a stop, every job is done once, and what was
  /// stored is given back.
  @Test func whatIsKept() throws {
    let it = try Supervised()
    let new = try another(it.scratch)
    let gate = try it.gate()
    let listens = "echo up; read x <&$SHOULD_STOP_FD; echo told; exit 4"
    try it.ctl("run", "notice", "-p", "X-ShouldStopFD=3", "--", "sh", "-c", listens)
    try it.session.line("notice | up")
    let job = "while IFS= read -r line; do echo took; read go < \(gate); echo $line >> \(it.scratch.path)/done; done"
    try it.ctl("run", "queue", "-p", "StandardInput=queue", "--", "sh", "-c", job)
    try it.ctl("create", "later", "-p", "StandardInput=queue", "--", "sh", "-c", "while read line; do echo did $line; done")
    try it.ctl("queue", "queue", "1", "2", "3")
    try it.ctl("queue", "later", "4", "5")
    try it.session.line("queue | took")
    try it.life("store", ["FileDescriptorStoreMax=2", "Restart=always"], "listen", "store:FDSTORE=1|FDNAME=db:one", "hold")
    try it.session.line("store | store 1 1")
    try it.life("ready", ["NotificationFD=4"], "wait:\(try it.gate("second"))", "write:4:|", "hold")
    let before = try it.all()
    let counts = try it.descriptorCounts()
    for program in [new, Place.swinit, new] {
      #expect(try it.ctl("upgrade", program).code == 0)
      #expect(try programs(it) == [program, program])
      #expect(try it.descriptorCounts()[0] >= counts[0] - 2, "PID 1 has what it had")
      // Whatever PID 1 does not have is gone with this one.
      try it.killKthreadd()
      let after = try it.all()
      // Else what follows would wait for ever.
      try #require(after.map(\.pid) == before.map(\.pid) && after.map(\.state) == before.map(\.state), "\(after)")
    }
    #expect(!it.session.text(.out).contains("told"))
    try #require(try it.keeping("store").stored == 1)
    // Nobody but the worker looks at its queue: the next job comes to it unasked.
    let writer = open(gate, O_RDWR)
    defer { close(writer) }
    write(writer, "\n\n\n", 3)
    for _ in 2...3 { try it.session.line("queue | took") }
    #expect(try it.ctl("flush", "queue").code == 0)
    #expect(try it.scratch.read("done") == "1\n2\n3\n")
    try it.ctl("wake", "later")
    #expect(try it.ctl("flush", "later").code == 0)
    for number in 4...5 { #expect(try it.session.line("later | did") == "later | did \(number)") }
    try it.ctl("kill", "store", "KILL")
    try it.session.line("store | listen 1")
    try it.session.line("store | fd 3 db one")
    #expect(try it.told("ready").state == "starting")
    it.lift(gate: "\(it.scratch.path)/second")
    #expect(try it.ctl("wait", "--ready", "ready").code == 0)
    #expect(try it.told("ready").state == "running")
    // And what is closed by then is closed everywhere.
    #expect(try it.ctl("stop", "notice").code == 0)
    try it.session.line("notice | told")
    #expect(try it.told("notice").code == 4)
  }

  @Test func anEndUnderWayGoesOn() throws {
    let it = try Supervised(
      ["-S", "--kill-after", "2s"], command: ["--", "sh", "-c", "trap 'echo asked' TERM; echo up; while :; do sleep 0.02; done"])
    let new = try another(it.scratch)
    try it.session.line("up")
    it.session.send(SIGTERM)
    try it.session.line("asked")
    #expect(try it.ctl("upgrade", new).code == 0)
    #expect(try it.session.finish().end == .code(137), "KILL came at its time")
  }

  @Test func aDrainGoesOn() throws {
    let it = try Supervised(["-S", "--drain", "2s"], command: ["--", Place.probe, "signals", "15"])
    let new = try another(it.scratch)
    try it.session.line("ready")
    it.session.send(SIGTERM)
    try it.session.eventually("TERM to be held back") { status(it.session.pid, "SigPnd") == "0000000000000000" }
    #expect(try it.ctl("upgrade", new).code == 0)
    #expect(!it.session.text(.out).contains("signal 15"))
    try it.session.line("signal 15")
    #expect(try it.session.finish().end == .code(0))
  }

  // MARK: what cannot be

  @Test func whatIsRefused() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--", Place.probe, "hold")
    let before = try programs(it)
    let process = try it.told("a").pid
    let text = try it.scratch.file("text", "swinit\n", mode: 0o755)
    let plain = try it.scratch.copy(Place.swinit, to: "plain", mode: 0o644)
    mkfifo("\(it.scratch.path)/fifo", 0o755)
    // It speaks another form of its line.
    let foreign = try it.scratch.copy(Place.swinit, to: "foreign")
    var bytes = try Data(contentsOf: URL(filePath: foreign))
    while let place = bytes.range(of: Data(" wire ".utf8)) { bytes.replaceSubrange(place, with: Data(" tune ".utf8)) }
    try it.scratch.file("foreign", bytes: bytes, mode: 0o755)
    for (path, cause) in [
      ("/nope", "cannot be opened: No such file or directory"), ("/tmp", "cannot be opened: Permission denied"),
      ("\(it.scratch.path)/fifo", "cannot be opened: Permission denied"), (text, "cannot be executed: Exec format error"),
      (plain, "cannot be executed: Permission denied"), ("/bin/true", "is no swinit that can go on here: Exec format error"),
      (Place.probe, "is no swinit that can go on here: Exec format error"),
      (foreign, "is no swinit that can go on here: Exec format error"),
    ] {
      let answer = try it.ctl("upgrade", path)
      #expect(answer.code == 1)
      #expect(answer.err == "swctl: '\(path)' \(cause)\n")
    }
    #expect(try it.ctl("upgrade").code == 2)
    #expect(try it.ctl("upgrade", "/a", "/b").code == 2)
    #expect(try programs(it) == before && it.told("a").pid == process)
    #expect(it.session.text(.err) == "")
  }

  /// PID 1 cannot execute it, where kthreadd could: both stay what they were.
  @Test func wherePidOneCannotBeReplaced() throws {
    // More than a small stack lets a program be given.
    let env = (0..<2).map { "BIG\($0)=\(String(repeating: "x", count: 90_000))" }
    let it = try Supervised(env: env)
    let new = try another(it.scratch)
    try it.ctl("run", "a", "--", Place.probe, "hold")
    let process = try it.told("a").pid
    let before = try programs(it)
    try limitStack(it.session.pid, "65536:")
    let answer = try it.ctl("upgrade", new)
    #expect(answer.code == 1)
    #expect(
      answer.err == "swctl: '\(new)' PID 1 could not execute it; the old one goes on: Argument list too long\n", "\(answer.err)")
    try it.session.line("cannot execute the new swinit: Argument list too long; this one (0.1.0) goes on", on: .err)
    try it.session.eventually("kthreadd to be the old one again") { try programs(it) == before }
    try it.untilServed()
    #expect(try it.told("a").pid == process)
    try limitStack(it.session.pid, "8388608:")
    #expect(try it.ctl("upgrade", new).code == 0)
    #expect(try programs(it) == [new, new])
    #expect(try it.told("a").pid == process)
    #expect(try it.stop().end == .code(143))
  }

  /// kthreadd is killed while it asks what the program is: nothing has happened, and another upgrade can be.
  @Test func aDeathWhileItAsks() throws {
    let it = try Supervised()
    let new = try another(it.scratch)
    let before = try programs(it)
    let tracer = try Tracer("killat", "\(try #require(it.kthreadd))", "1")
    let answer = try it.ctl("upgrade", new)
    tracer.finish()
    #expect(answer.code == 1 && answer.err.contains("its kthreadd did not come up; the old one goes on"), "\(answer)")
    #expect(try programs(it) == before)
    #expect(try it.ctl("upgrade", new).code == 0)
    #expect(try programs(it) == [new, new])
  }

  /// prlimit(1): the arguments and variables of a program may take a quarter of the stack.
  private func limitStack(_ process: pid_t, _ limit: String) throws {
    let command = Process()
    command.executableURL = URL(filePath: "/usr/bin/prlimit")
    command.arguments = ["--pid", "\(process)", "--stack=\(limit)"]
    try Turn.take { try command.run() }
    command.waitUntilExit()
    #expect(command.terminationStatus == 0)
  }

  /// The new kthreadd is killed before it serves: the old one is started again.
  @Test func whereTheNewOneDoesNotComeUp() throws {
    let it = try Supervised()
    let new = try another(it.scratch)
    try it.ctl("run", "a", "--", Place.probe, "hold")
    let process = try it.told("a").pid
    let before = try programs(it)
    let tracer = try Tracer("killexec", "\(try #require(it.kthreadd))")
    let answer = try it.ctl("upgrade", new)
    tracer.finish()
    #expect(answer.code == 1)
    #expect(answer.err.contains("its kthreadd did not come up; the old one goes on"))
    #expect(try programs(it) == before && it.told("a").pid == process)
    #expect(try it.ctl("upgrade", new).code == 0)
    #expect(try programs(it) == [new, new])
  }

  /// A variable of this name that is somebody's own.
  @Test func foreignVariables() throws {
    let run = try Session.run(["--", "sh", "-c", "echo $SWINIT_STATE"], env: ["SWINIT_STATE=7"], program: Place.swinit)
    #expect(run.out == "7\n" && run.end == .code(0))
  }

  /// Exit codes that come in any order.
  private final class Codes: @unchecked Sendable {
    private let lock = NSLock()
    private var left: Int
    private var codes: [Int: Int32] = [:]
    init(_ count: Int) { left = count }
    func set(_ number: Int, _ code: Int32) {
      lock.withLock {
        left -= 1
        codes[number] = code
      }
    }
    var isOpen: Bool { lock.withLock { left > 0 } }
  }
}
