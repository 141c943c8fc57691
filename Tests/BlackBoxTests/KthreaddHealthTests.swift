import Glibc
import Testing

/// `swctl health`: each answer, for a HEALTHCHECK.
@Suite struct KthreaddHealthTests {
  private func health(_ it: Supervised) throws -> Bool {
    let answer = try it.ctl("health")
    #expect(answer.out == (answer.code == 0 ? "healthy\n" : "not healthy\n"))
    let json = try it.ctl("--json", "health").out
    #expect(json == "{\"healthy\":\(answer.code == 0)}\n")
    return answer.code == 0
  }

  @Test func whatIsWell() throws {
    let it = try Supervised()
    #expect(try health(it), "nobody is there")
    try it.ctl("create", "created", "--", "true")
    try it.ctl("run", "running", "--", Place.probe, "hold")
    try it.ctl("run", "parked", "--", Place.probe, "hold")
    try it.ctl("park", "parked")
    try it.ctl("run", "done", "-p", "Type=oneshot", "--wait", "--", "true")
    try it.ctl("run", "stopped", "--", Place.probe, "hold")
    try it.ctl("stop", "stopped")
    #expect(try health(it))
    let old = try #require(it.kthreadd)
    kill(old, SIGKILL)
    #expect(try health(it), "the next kthreadd says the same")
  }

  @Test(
    arguments: [
      (["-p", "Type=notify", "--", Place.probe, "hold"], "starting"), (["-p", "Requires=b", "--", "true"], "waiting"),
      (["-p", "Restart=always", "-p", "RestartSec=1min", "--", "true"], "backoff"), (["--", "false"], "ended"),
      (["--", Place.probe, "die", "9"], "ended"), (["--", "/nope"], "ended"),
      (["-p", "WorkingDirectory=/nope", "--", "true"], "ended"),
    ] as [([String], String)]) func whatIsNot(_ words: [String], _ state: String) throws
  {
    let it = try Supervised()
    // Who waits for others is not woken, and run waits for that.
    let client = try state == "waiting" ? waiting(it) : nil
    if client == nil { _ = try it.ctl(["run", "a"] + words) }
    try it.until("a", state)
    #expect(try !health(it))
    let old = try #require(it.kthreadd)
    kill(old, SIGKILL)
    #expect(try !health(it), "the next kthreadd says the same")
    #expect(try it.told("a").state == state)
    // Who is stopped is where he should be.
    try it.ctl("stop", "a")
    try it.until("a", "ended")
    #expect(try health(it))
  }

  /// run "a", which requires "b", as a client that waits for it.
  private func waiting(_ it: Supervised) throws -> RawClient {
    let client = try RawClient(it.control)
    var body: [UInt8] = []
    for (tag, text) in [(1, "a"), (2, "true"), (19, "b")] {
      body += [UInt8(tag), 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
    }
    client.send([0x53, 0x57, 1, 3, UInt8(body.count), 0, 0, 0] + [UInt8](repeating: 7, count: 8) + body)
    return client
  }
}
