import Foundation
import Glibc
import Testing

/// FDSTORE=1 of sd_notify(3): descriptors that a worker's next life gets back.
@Suite struct KthreaddNotifyStoreTests {
  @Test(arguments: [false, true]) func theNextLifeGetsThemBack(_ dies: Bool) throws {
    let it = try Supervised()
    let gate = try it.gate()
    try it.life(
      "a", ["FileDescriptorStoreMax=2", "Restart=always"], "listen", "wait:\(gate)", "store:FDSTORE=1|FDNAME=db:one",
      "store:FDSTORE=1:two",
      "hold")
    try it.session.line("a | listen 0")
    it.lift(gate: gate)
    for _ in 0..<2 { try it.session.line("a | store 1 1") }
    #expect(try it.keeping("a").stored == 2)
    #expect(try it.ctl("status", "a").out.contains("descriptors kept: 2"))
    if dies { for _ in 0..<2 { try it.replaceKthreadd() } }
    #expect(try it.keeping("a").stored == 2)
    // It ends by itself, and is asked to start anew.
    for way in [["kill", "a", "KILL"], ["restart", "a"]] {
      #expect(try it.ctl(way).code == 0)
      try it.session.line("a | listen 2")
      try it.session.line("a | fd 3 db one")
      try it.session.line("a | fd 4 stored two")
      if dies { try it.replaceKthreadd() }
    }
  }

  /// Everything a program inherits: the stored ones from 3 on, and no other.
  @Test func nothingElseIsInherited() throws {
    let it = try Supervised()
    let path = "\(it.scratch.path)/state"
    try it.ctl(
      "run", "a", "-p", "FileDescriptorStoreMax=3", "-p", "Restart=always", "--", "sh", "-c",
      """
      if [ -n "$LISTEN_FDS" ]; then exec \(Place.probe) state \(path); fi
      exec \(Place.probe) life store:FDSTORE=1:x store:FDSTORE=1:y hold
      """)
    for _ in 0..<2 { try it.session.line("a | store 1 1") }
    try it.ctl("kill", "a", "KILL")
    try it.session.eventually("the next life's state") { (try? it.scratch.read("state"))?.hasSuffix("\n") == true }
    let got = try CommandState(line: it.scratch.read("state"))
    #expect(Set(got.fds.keys) == ["0", "1", "2", "3", "4"])
    #expect(got.sdListenFds == 2)
    #expect(got.variable("LISTEN_PID") == "\(got.pid)")
    #expect(got.variable("LISTEN_FDNAMES") == "stored:stored")
  }

  @Test func noMoreThanItMayHave() throws {
    let it = try Supervised()
    try it.life("a", ["NotifyAccess=main"], "store:FDSTORE=1:one", "store:FDSTORE=1:two", "hold")
    for _ in 0..<2 { try it.session.line("a | store 1 1") }
    #expect(try it.keeping("a").stored == 0, "the default is none")
    try it.session.line("worker 'a': a descriptor is not kept: 0 are, and FileDescriptorStoreMax=0", on: .err)
    #expect(it.session.text(.err).components(separatedBy: "is not kept").count == 2, "once")
    try it.life("b", ["FileDescriptorStoreMax=64"], "with:64:FDSTORE=1", "with:1:FDSTORE=1", "hold")
    for _ in 0..<2 { try it.session.line("b | FDSTORE=1 1 1") }
    #expect(try it.keeping("b").stored == 64)
    try it.replaceKthreadd()
    #expect(try it.keeping("b").stored == 64)
    let answer = try it.ctl("run", "c", "-p", "FileDescriptorStoreMax=65", "--", "true")
    #expect(answer.code == 2 && answer.err.contains("expected a number from 0 to 64"))
  }

  @Test func removedByName() throws {
    let it = try Supervised()
    try it.life(
      "a", ["FileDescriptorStoreMax=8"], "store:FDSTORE=1|FDNAME=x:1", "store:FDSTORE=1|FDNAME=y:2", "store:FDSTORE=1|FDNAME=x:3",
      "say:FDSTOREREMOVE=1", "say:FDSTOREREMOVE=1|FDNAME=x", "hold")
    try it.session.line("a | FDSTOREREMOVE=1|FDNAME=x 1 1")
    #expect(try it.keeping("a").stored == 1)
    try it.replaceKthreadd()
    #expect(try it.keeping("a").stored == 1)
  }

  /// One whose other end has gone is given up, unless FDPOLL=0 was said.
  @Test(arguments: [(false, false), (true, false), (false, true)]) func hangups(_ stays: Bool, _ dies: Bool) throws {
    let it = try Supervised()
    let gate = try it.gate()
    try it.life(
      "a", ["FileDescriptorStoreMax=8"], "storepipe:FDSTORE=1\(stays ? "|FDPOLL=0" : "")", "wait:\(gate)", "closepipe",
      "say:STATUS=closed", "hold")
    try it.session.line("a | storepipe 1 1")
    #expect(try it.keeping("a").stored == 1)
    if dies { try it.replaceKthreadd() }
    it.lift(gate: gate)
    try it.session.line("a | STATUS=closed 1 1")
    if stays { return #expect(try it.keeping("a").stored == 1) }
    try it.session.eventually("it to be given up") { try it.keeping("a").stored == 0 }
  }

  /// The same open file twice is kept once, kcmp(2).
  @Test func duplicates() throws {
    let it = try Supervised()
    try it.life(
      "a", ["FileDescriptorStoreMax=8", "Restart=always"], "again:FDSTORE=1|FDNAME=z", "store:FDSTORE=1|FDNAME=x:1", "hold")
    try it.session.line("a | store 1 1")
    try it.ctl("kill", "a", "KILL")
    try it.session.line("a | again 1 1")
    try it.session.line("a | store 1 1")
    #expect(try it.keeping("a").stored == 2, "descriptor 3 was there already, the new one was not")
  }

  /// When a worker has ended for good nobody has its descriptors any more.
  @Test(arguments: ["stop", "end", "forget"]) func droppedAtTheEnd(_ way: String) throws {
    let it = try Supervised()
    // A worker that is remembered may have its output's reading end open: this one has none.
    let before = try it.descriptorCounts()
    let gate = try it.gate()
    try it.life("a", ["FileDescriptorStoreMax=64", "StandardOutput=inherit"], "with:64:FDSTORE=1", "wait:\(gate)", "exit:0")
    try it.session.line("FDSTORE=1 1 1")
    try it.session.eventually("PID 1 to hold them too") { try it.descriptorCounts()[0] >= before[0] + 64 }
    if way == "end" { it.lift(gate: gate) } else { try it.ctl("stop", "a") }
    try it.until("a", "ended")
    #expect(try it.keeping("a").stored == 0)
    if way == "forget" { try it.ctl("forget", "a") }
    try it.session.eventually("as few descriptors as before: \(before)") { try it.hasAtMost(before) }
  }
}
