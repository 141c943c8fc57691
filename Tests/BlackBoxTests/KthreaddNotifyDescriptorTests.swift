import Foundation
import Glibc
import Testing

/// NotificationFD=: readiness by a newline, as s6 has it.
@Suite struct KthreaddNotifyDescriptorTests {
  @Test(arguments: [("3", false), ("5", false), ("1023", false), ("3", true)]) func newline(_ number: String, _ dies: Bool) throws
  {
    let it = try Supervised()
    let gate = try it.gate()
    try it.life(
      "a", ["NotificationFD=\(number)"], "write:\(number):not yet", "wait:\(gate)", "write:\(number):, but now|more", "hold")
    try it.session.line("a | wrote 7")
    #expect(try it.told("a").state == "starting")
    if dies { for _ in 0..<2 { try it.replaceKthreadd() } }
    #expect(try it.told("a").state == "starting")
    it.lift(gate: gate)
    try it.session.line("a | wrote 14")
    #expect(try it.ctl("wait", "--ready", "a").code == 0)
    #expect(try it.told("a").state == "running")
    try it.replaceKthreadd()
    #expect(try it.told("a").state == "running")
  }

  /// Written while there is nobody to read it.
  @Test func whileKthreaddIsAway() throws {
    let it = try Supervised()
    let gate = try it.gate()
    try it.life("a", ["NotificationFD=4"], "wait:\(gate)", "write:4:|", "hold")
    let kthreadd = try #require(it.kthreadd)
    let worker = try #require(children(of: kthreadd).first)
    kill(kthreadd, SIGSTOP)
    it.lift(gate: gate)
    try it.session.eventually("it to have written") {
      (try? String(contentsOfFile: "/proc/\(worker)/wchan", encoding: .utf8))?.contains("pause") == true
        || status(worker, "State") == nil
    }
    try it.replaceKthreadd()
    #expect(try it.ctl("wait", "--ready", "a").code == 0)
    #expect(try it.told("a").state == "running")
  }

  @Test func anEndWithoutANewlineIsNoReadiness() throws {
    let it = try Supervised()
    try it.life("a", ["NotificationFD=3", "TimeoutStartSec=1s"], "write:3:ready", "close:3", "hold")
    try it.session.line("worker 'a' has closed its NotificationFD without a newline: it is not ready", on: .err)
    #expect(try it.told("a").state == "starting")
    #expect(try it.ctl("wait", "--ready", "a").code == 125)
  }

  /// The program has it and nothing else, and every life has one of its own.
  @Test func everyLifeHasItsOwn() throws {
    let it = try Supervised()
    let path = "\(it.scratch.path)/state"
    try it.ctl("run", "b", "-p", "NotificationFD=7", "--wait", "--", Place.probe, "state", path)
    let got = try CommandState(line: it.scratch.read("state"))
    #expect(Set(got.fds.keys) == ["0", "1", "2", "7"])
    #expect(got.fds["7"]?.hasPrefix("pipe:") == true)
    try it.ctl("forget", "b")
    func life() throws -> [Int] {
      try it.life("a", ["NotificationFD=7", "Restart=always"], "write:7:|", "hold")
      for _ in 0..<2 {
        try it.session.line("a | wrote 1")
        try it.until("a", "running")
        try it.ctl("kill", "a", "KILL")
      }
      try it.session.line("a | wrote 1")
      try it.until("a", "running")
      let counts = try it.descriptorCounts()
      try it.ctl("stop", "a")
      try it.ctl("forget", "a")
      return counts
    }
    let before = try life()
    _ = try life()
    try it.session.eventually("as few descriptors as before: \(before)") { try it.hasAtMost(before) }
  }

  /// Beside descriptors that were stored.
  @Test func besideStoredOnes() throws {
    let it = try Supervised()
    let refused = try it.ctl("run", "a", "-p", "NotificationFD=4", "-p", "FileDescriptorStoreMax=2", "--", "true")
    #expect(refused.code == 2)
    #expect(refused.err.contains("to be 5 or more, behind the descriptors of FileDescriptorStoreMax=2"), "\(refused.err)")
    try it.life(
      "a", ["NotificationFD=5", "FileDescriptorStoreMax=2", "Restart=always"], "listen", "store:FDSTORE=1:x", "store:FDSTORE=1:y",
      "write:5:|", "hold")
    try it.session.line("a | wrote 1")
    try it.until("a", "running")
    try it.replaceKthreadd()
    try it.ctl("kill", "a", "KILL")
    try it.session.line("a | listen 2")
    try it.session.line("a | wrote 1")
    try it.until("a", "running")
    #expect(try it.told("a").restarts == 1)
  }
}
