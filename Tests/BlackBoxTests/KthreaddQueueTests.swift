import Foundation
import Glibc
import Testing

/// kthread_queue_work() and kthread_flush_worker(): every line whole, once, in order, and done when flush says so.
@Suite struct KthreaddQueueTests {
  /// A worker that writes each job into a file when it has done it.
  private func run(_ it: Supervised, _ verb: String = "run", _ options: [String] = [], _ job: String = ":") throws {
    let script = "while IFS= read -r line; do \(job); printf '%s\\n' \"$line\" >> \(it.scratch.path)/done; done"
    let answer = try it.ctl([verb, "q", "-p", "StandardInput=queue"] + options + ["--", "sh", "-c", script])
    #expect(answer.code == 0, "\(answer)")
  }

  private func done(_ it: Supervised) -> [String] {
    let text = (try? it.scratch.read("done")) ?? ""
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { String($0) }
  }

  @Test func flushedIsDone() throws {
    let it = try Supervised()
    try run(it, "run", [], "sleep 0.01")
    let lines = ["one", "", "  two  words ", "three\\n", "*", "ä"]
    for round in 1...3 {
      #expect(try it.ctl(["queue", "q"] + lines).code == 0)
      #expect(try it.ctl("flush", "q").code == 0)
      #expect(done(it) == Array(repeating: lines, count: round).flatMap { $0 })
      if round == 2 { try it.killKthreadd() }
    }
    #expect(try it.ctl("flush", "q").code == 0, "nothing is to be waited for")
  }

  @Test func linesOfStandardInput() throws {
    let it = try Supervised()
    try run(it)
    #expect(try it.shell("seq 1 2000 | $S queue q - && printf 'without a newline' | $S queue q -") == 0)
    #expect(try it.ctl("flush", "q").code == 0)
    #expect(done(it) == (1...2000).map { "\($0)" } + ["without a newline"])
  }

  /// What nobody has taken outlives kthreadd and the worker.
  @Test func waitingJobsStay() throws {
    let it = try Supervised()
    try run(it, "create")
    try it.ctl("queue", "q", "1", "2", "3")
    try it.killKthreadd()
    try it.ctl("queue", "q", "4")
    try it.ctl("stop", "q")
    try it.killKthreadd()
    try it.ctl("queue", "q", "5")
    #expect(try it.ctl("flush", "q").code == 4, "nobody reads them")
    try it.ctl("start", "q")
    #expect(try it.ctl("flush", "q").code == 0)
    #expect(done(it) == ["1", "2", "3", "4", "5"])
  }

  /// The job that it had in hand goes with a worker, and no other.
  @Test func restarts() throws {
    let it = try Supervised()
    try run(it, "run", ["-p", "Restart=always", "-p", "RestartSec=10ms"], "[ \"$line\" != bad ] || kill -9 $$")
    try it.ctl("queue", "q", "1", "bad", "2", "bad", "3")
    #expect(try it.ctl("flush", "q").code == 0)
    #expect(done(it) == ["1", "2", "3"])
    #expect(try it.told("q").restarts == 2)
  }

  /// A line that was read in part is not left to the next life.
  @Test func noHalfLines() throws {
    let it = try Supervised()
    let flag = "\(it.scratch.path)/flag"
    let first = "[ -e \(flag) ] || { touch \(flag); dd bs=1 count=2 2>/dev/null; echo; exit 1; }"
    let script = first + "; while read line; do echo \"got $line\"; done"
    try it.ctl("create", "q", "-p", "StandardInput=queue", "-p", "Restart=always", "--", "sh", "-c", script)
    try it.ctl("queue", "q", "abcdef", "ghi")
    try it.ctl("wake", "q")
    try it.session.line("q | ab")
    #expect(try it.session.line("q | got") == "q | got ghi")
    #expect(try it.ctl("flush", "q").code == 0)
  }

  @Test func limits() throws {
    let it = try Supervised()
    try run(it, "create")
    let longest = String(repeating: "x", count: 4095)
    let refused = try it.ctl("queue", "q", "short", longest + "x")
    #expect(refused.code == 2)
    #expect(refused.err == "swctl: line 2 for 'q' is no job: expected one line of at most 4095 bytes\n")
    #expect(try it.ctl("queue", "q", "two\nlines").code == 2)
    var count = 0
    var answer = try it.ctl("queue", "q", longest)
    while answer.code == 0 {
      count += 1
      answer = try it.ctl("queue", "q", longest)
    }
    #expect(answer.code == 75)
    #expect(answer.err.contains("the queue of 'q' is full: line 1 and what follows were not queued"))
    #expect(count == 16, "64 KiB")
    try it.killKthreadd()
    #expect(try it.ctl("queue", "q", longest).code == 75)
    try it.ctl("wake", "q")
    #expect(try it.ctl("flush", "q").code == 0)
    #expect(done(it) == ["short"] + Array(repeating: longest, count: 16))
    #expect(try it.ctl("queue", "q", longest).code == 0)
  }

  @Test func whoHasNone() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--", Place.probe, "hold")
    for verb in [["queue", "a", "x"], ["flush", "a"]] {
      let answer = try it.ctl(verb)
      #expect(answer.code == 1)
      #expect(answer.err == "swctl: worker 'a' has no queue; it needs StandardInput=queue\n")
    }
    #expect(try it.ctl("queue", "nobody", "x").code == 3)
    #expect(try it.ctl("queue", "a").code == 2)
    #expect(try it.ctl("run", "b", "-p", "StandardInput=file", "--", "true").err.contains("expected null or queue"))
  }

  /// The same id is the same job, for the next kthreadd too.
  @Test func aRequestTwiceIsOneJob() throws {
    let it = try Supervised()
    try run(it, "create")
    let frame = RawClient.frame(verb: 19, id: 7, [(1, "q"), (84, "once")])
    for round in 0..<4 {
      if round == 2 { try it.killKthreadd() }
      let client = try RawClient(it.control)
      client.send(frame)
      #expect(client.receive().count > 16)
    }
    try it.ctl("queue", "q", "after")
    try it.ctl("wake", "q")
    #expect(try it.ctl("flush", "q").code == 0)
    #expect(done(it) == ["once", "after"])
  }

  /// A flush waits for the job in hand, and over a death of kthreadd.
  @Test func flushOverADeath() throws {
    let it = try Supervised()
    let fifo = "\(it.scratch.path)/fifo"
    mkfifo(fifo, 0o600)
    try run(it, "run", [], "echo took; read go < \(fifo)")
    try it.ctl("queue", "q", "1")
    try it.session.line("q | took")
    let flush = try it.start("$S flush q; code=$?; cat \(it.scratch.path)/done > \(it.scratch.path)/seen; exit $code")
    for _ in 0..<3 { try it.killKthreadd() }
    #expect(flush.isRunning)
    let writer = open(fifo, O_WRONLY)
    write(writer, "\n", 1)
    close(writer)
    flush.waitUntilExit()
    #expect(flush.terminationStatus == 0)
    #expect(try it.scratch.read("seen") == "1\n")
  }

  /// Again and again, with lines that come in between: each is done once, in its order.
  @Test func killedUnderLoad() throws {
    let it = try Supervised()
    try run(it)
    let feeding = try it.start("i=0; while [ $i -lt 400 ]; do i=$((i+1)); $S queue q $i || exit 1; done")
    var kills = 0
    while feeding.isRunning, kills < 60 {
      guard let kthreadd = it.kthreadd else { continue }
      Glibc.kill(kthreadd, SIGKILL)
      kills += 1
      try it.session.eventually("the next") { it.kthreadd != nil && it.kthreadd != kthreadd }
      let count = done(it).count
      try it.session.eventually("a job to be done") { done(it).count > count || !feeding.isRunning }
    }
    feeding.waitUntilExit()
    #expect(feeding.terminationStatus == 0)
    #expect(try it.ctl("flush", "q").code == 0)
    #expect(done(it) == (1...400).map { "\($0)" })
    #expect(kills > 3)
  }

  /// Jobs that wait cost nothing, nor does a worker that waits for jobs.
  @Test func nobodyTurnsInCircles() throws {
    let it = try Supervised()
    let fifo = "\(it.scratch.path)/fifo"
    mkfifo(fifo, 0o600)
    try run(it, "run", [], "echo took; read go < \(fifo)")
    try it.ctl("queue", "q", "1", "2", "3")
    try it.session.line("q | took")
    let kthreadd = try #require(it.kthreadd)
    func isIdle() throws {
      var before = status(kthreadd, "voluntary_ctxt_switches")
      var same = 0
      try it.session.eventually("kthreadd to sleep") {
        let now = status(kthreadd, "voluntary_ctxt_switches")
        same = now == before && status(kthreadd, "State")?.hasPrefix("S") == true ? same + 1 : 0
        before = now
        return same > 40
      }
    }
    try isIdle()
    let writer = open(fifo, O_RDWR)
    write(writer, "\n\n\n", 3)
    #expect(try it.ctl("flush", "q").code == 0)
    close(writer)
    try isIdle()
  }

  /// No descriptor stays behind, in PID 1 neither.
  @Test func nothingLeaks() throws {
    let it = try Supervised()
    func count() throws -> [Int] {
      let kthreadd = try #require(it.kthreadd)
      return try [it.session.pid, kthreadd].map { try FileManager.default.contentsOfDirectory(atPath: "/proc/\($0)/fd").count }
    }
    func round() throws {
      for _ in 0..<5 {
        try run(it, "run", ["-p", "X-ShouldStopFD=3", "-p", "TimeoutStopSec=100ms"])
        try it.ctl("queue", "q", "x")
        try it.ctl("flush", "q")
        try it.ctl("restart", "q")
        try it.killKthreadd()
        try it.ctl("stop", "q")
        try it.ctl("forget", "q")
      }
    }
    try round()
    let before = try count()
    try round()
    try it.session.eventually("as few as before: \(before)") { try zip(count(), before).allSatisfy { $0 <= $1 } }
  }
}
