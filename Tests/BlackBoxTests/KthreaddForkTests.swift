import Foundation
import Glibc
import Testing

/// A worker before its program: a copy of kthreadd that must hold nothing of kthreadd's.
@Suite(.serialized) struct KthreaddForkTests {
  private func descriptors(_ process: pid_t) throws -> [Int] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").compactMap { Int($0) }.sorted()
  }

  @Test func whoWaitsHoldsItsOwnAlone() throws {
    let it = try Supervised()
    try it.ctl("run", "first", "--", Place.probe, "hold")
    try it.ctl("create", "a", "--", "echo", "woken")
    let kthreadd = try #require(it.kthreadd)
    let process = try #require(children(of: kthreadd).last)
    #expect(try descriptors(process) == [0, 1, 2, 3], "streams and the channel")
    #expect(status(process, "Name") == "a")
    // Without kthreadd and its memory it is what it was.
    Glibc.kill(kthreadd, SIGKILL)
    try it.session.eventually("another kthreadd") { it.kthreadd != nil && it.kthreadd != kthreadd }
    #expect(try it.ctl("wake", "a").code == 0)
    try it.session.line("a | woken")
  }

  /// More than kthreadd's low descriptors are enough for.
  @Test func manyAtOnce() throws {
    let it = try Supervised()
    let names = (0..<150).map { "w\($0)" }
    for name in names { #expect(try it.ctl("create", name, "--", "true").code == 0) }
    let kthreadd = try #require(it.kthreadd)
    let processes = children(of: kthreadd)
    #expect(processes.count == names.count)
    for process in processes { #expect(try descriptors(process) == [0, 1, 2, 3]) }
    for name in names { #expect(try it.ctl("wake", name).code == 0) }
    for name in names { #expect(try it.ctl("wait", name).code == 0, "\(name)") }
    #expect(children(of: kthreadd).isEmpty)
  }

  /// What fails behind the wake that is given ahead is told by its stage, and nothing is tried again that never worked.
  @Test func aSetUpThatFailsBehindItsWake() throws {
    let it = try Supervised()
    let answer = try it.ctl("run", "a", "-p", "User=nobody-of-this-name", "-p", "Restart=always", "--", "true")
    #expect(answer.code != 0)
    #expect(answer.err.contains("user"), "\(answer)")
    #expect(try it.told("a").state == "ended")
    #expect(try it.told("a").restarts == 0)
  }
}
