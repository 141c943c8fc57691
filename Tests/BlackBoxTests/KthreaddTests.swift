import Foundation
import Glibc
import Testing

/// kthreadd: the guarantees of create, wake, stop and park, and what a worker is given.
@Suite struct KthreaddTests {
  private static let probe = Place.probe

  @Test func isPID2() throws {
    let it = try Supervised(command: ["--", "sh", "-c", "cat /proc/2/comm; echo $PPID; exec \(Place.probe) hold"])
    try it.session.line("kthreadd")
    try it.session.line("1")
    #expect(try it.stop().end == .code(143))
  }

  @Test func withoutWorkersNothingIsStarted() throws {
    let run = try Session.run(["--", "sh", "-c", "ls -d /proc/[0-9]*"])
    #expect(run.out == "/proc/1\n/proc/2\n", "swinit and sh")
  }

  @Test func createdRunsNothingUntilItIsWoken() throws {
    let it = try Supervised()
    let file = "\(it.scratch.path)/ran"
    let created = try it.ctl("create", "a", "-p", "Nice=5", "--", "touch", file)
    #expect(created.code == 0, "\(created)")
    let told = try it.told("a")
    #expect(told.state == "created")
    #expect(told.pid.map { "\($0)\n" } == created.out)
    #expect(!FileManager.default.fileExists(atPath: file))
    #expect(try it.ctl("wake", "a").code == 0)
    #expect(try it.ctl("wait", "a").code == 0)
    #expect(FileManager.default.fileExists(atPath: file))
  }

  /// Everything is as it will be, before the program has begun.
  @Test func createdIsSetUp() throws {
    let it = try Supervised()
    try it.ctl("create", "a", "-p", "User=nobody", "-p", "Nice=5", "-p", "OOMScoreAdjust=500", "--", Self.probe, "hold")
    let kthreadd = try #require(it.kthreadd)
    let process = try #require(children(of: kthreadd).first)
    #expect(status(process, "Name") == "a")
    #expect(status(process, "Uid")?.hasPrefix("65534") == true)
    #expect(try String(contentsOfFile: "/proc/\(process)/oom_score_adj", encoding: .utf8) == "500\n")
    #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(process)) == 5)
  }

  @Test func stoppedBeforeItsWakeNeverRuns() throws {
    let it = try Supervised()
    let file = "\(it.scratch.path)/ran"
    try it.ctl("create", "a", "--", "touch", file)
    #expect(try it.ctl("stop", "a").code == 0)
    #expect(try it.ctl("status", "a").out.contains("never ran (Interrupted system call)"))
    #expect(try it.ctl("wake", "a").code == 4)
    #expect(!FileManager.default.fileExists(atPath: file))
    let kthreadd = try #require(it.kthreadd)
    #expect(children(of: kthreadd).isEmpty)
  }

  @Test(
    arguments: [
      (["-p", "User=nobody-of-this-name"], "become its user"), (["-p", "WorkingDirectory=/nope"], "change to its directory"),
      (["-p", "CPUAffinity=1000"], "bind it to its processors"), (["-p", "EnvironmentFile=/nope"], "read its environment file"),
    ] as [([String], String)]) func setUpErrorsComeBackFromCreate(_ options: [String], _ words: String) throws
  {
    let it = try Supervised()
    let answer = try it.ctl(["create", "a"] + options + ["--", "true"])
    #expect(answer.code == 125)
    #expect(answer.err.contains("cannot \(words): "), "\(answer.err)")
    try it.until("a", "ended")
    try it.session.line("could not \(words)", on: .err)
  }

  @Test(arguments: [("/nope", 127), ("/etc/passwd", 126)] as [(String, Int32)])
  func programsThatCannotBeExecuted(_ program: String, _ code: Int32) throws {
    let it = try Supervised()
    #expect(try it.ctl("run", "a", "--", program).code == code)
    #expect(try it.ctl("create", "b", "--", program).code == 0)
    #expect(try it.ctl("wake", "b").code == code)
    #expect(try it.ctl("wait", "b").code == code)
  }

  @Test func identityAndLimits() throws {
    let it = try Supervised()
    let got = try it.state([
      "-p", "User=nobody", "-p", "SupplementaryGroups=adm", "-p", "UMask=027", "-p", "WorkingDirectory=/tmp", "-p", "Nice=3",
      "-p", "OOMScoreAdjust=100", "-p", "LimitNOFILE=100:200", "-p", "Environment=A=1 'B=2 3'", "-p", "NoNewPrivileges=yes",
      "-p", "CPUAffinity=0",
    ])
    #expect(got.uids == [65534, 65534, 65534] && got.gids == [65534, 65534, 65534])
    #expect(got.groups.contains(4))
    #expect(got.umask == 0o27)
    #expect(got.cwd == "/tmp")
    #expect(got.nice == 3)
    #expect(got.oomScoreAdj == "100")
    #expect(got.limits[7] == "100:200")
    #expect(got.variable("A") == "1" && got.variable("B") == "2 3")
    #expect(got.noNewPrivs == 1)
    #expect(got.cpus.hasSuffix("1"))
    #expect(got.capEff == "0000000000000000")
    #expect(got.pgrp == got.pid && got.sid == got.pid, "a session of its own")
  }

  /// Read back with libcap.
  @Test func capabilitySets() throws {
    let it = try Supervised()
    let got = try it.state([
      "-p", "User=nobody", "-p", "AmbientCapabilities=CAP_NET_BIND_SERVICE",
      "-p", "CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_KILL",
    ])
    #expect(got.capAmb == "0000000000000400")
    #expect(got.capEff == "0000000000000400" && got.capPrm == "0000000000000400" && got.capInh == "0000000000000400")
    #expect(got.capBnd == "0000000000000420")
    #expect(got.libcap == "cap_net_bind_service=eip")
  }

  @Test func aCleanStart() throws {
    let it = try Supervised(via: [["ignore", "13"], ["block", "10,12"]], env: ["SWINIT_GRACE=1s", "MINE=1"])
    let got = try it.state([])
    #expect(got.blocked == [] && got.ignored == [] && got.pending == [])
    #expect(Set(got.fds.keys) == ["0", "1", "2"])
    #expect(got.fds["0"] == "/dev/null")
    #expect(got.variable("SWINIT_GRACE") == nil)
    #expect(got.variable("MINE") == "1")
    #expect(got.ppid != 1)
  }

  @Test func exitCodesAndSignals() throws {
    let it = try Supervised()
    #expect(try it.ctl("run", "a", "--wait", "--", Self.probe, "exit", "7").code == 7)
    #expect(try it.ctl("run", "b", "--wait", "--", Self.probe, "die", "9").code == 137)
    #expect(try it.ctl("wait", "a").code == 7)
    #expect(try it.ctl("status", "a").code == 4)
    #expect(try it.ctl("wait", "nobody").code == 3)
    #expect(try it.ctl("frobnicate").code == 2)
    #expect(try it.ctl("run", "a b", "--", "true").code == 2)
    try it.ctl("run", "c", "--", Self.probe, "hold")
    #expect(try it.ctl("run", "c", "--", "true").err.contains("already"))
    #expect(try it.ctl("kill", "c", "USR1").code == 0)
    #expect(try it.ctl("wait", "c").code == 138)
    #expect(try it.all().map(\.name).sorted() == ["a", "b", "c"])
    #expect(try it.ctl("forget", "c").code == 0)
    #expect(try it.ctl("status", "c").code == 3)
  }

  @Test func stopTakesWhatItHasStarted() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--", "sh", "-c", "\(Self.probe) hold & \(Self.probe) hold & wait")
    try it.session.line("a | ready")
    try it.session.line("a | ready")
    #expect(try it.ctl("stop", "a").code == 0)
    let kthreadd = try #require(it.kthreadd)
    try it.session.eventually("nothing to be left") { children(of: kthreadd).isEmpty }
  }

  @Test func stopOfOneThatIgnoresIt() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "TimeoutStopSec=300ms", "--", "sh", "-c", "trap '' TERM; echo up; while :; do sleep 60; done")
    try it.session.line("a | up")
    #expect(try it.ctl("stop", "a").code == 0)
    #expect(try it.told("a").signal == "KILL")
  }

  @Test func parkAndUnpark() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--", Self.probe, "hold")
    let kthreadd = try #require(it.kthreadd)
    let process = try #require(children(of: kthreadd).first)
    #expect(try it.ctl("park", "a").code == 0)
    #expect(try it.told("a").state == "parked")
    try it.session.eventually("it to be stopped") { status(process, "State")?.hasPrefix("T") == true }
    #expect(try it.ctl("park", "a").err.contains("is parked"))
    #expect(try it.ctl("unpark", "a").code == 0)
    try it.session.eventually("it to go on") { status(process, "State")?.hasPrefix("S") == true }
    #expect(try it.ctl("stop", "a").code == 0)
    #expect(try it.ctl("park", "a").code == 4)
  }

  @Test func output() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--wait", "--", "sh", "-c", "echo one; echo two >&2; printf three")
    try it.session.line("a | one")
    try it.session.line("a | two")
    try it.session.line("a | three")
    #expect(try it.ctl("logs", "a").out == "one\ntwo\nthree")
    try it.ctl("run", "b", "-p", "StandardOutput=inherit", "--wait", "--", "echo", "as it is")
    try it.session.line("as it is")
    try it.ctl("run", "c", "-p", "StandardOutput=null", "--wait", "--", "echo", "nobody hears it")
    #expect(!it.session.text(.out).contains("nobody hears"))
  }

  @Test func theEndStopsWorkers() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "--", "sh", "-c", "trap 'echo asked; exit 0' TERM; echo up; while :; do sleep 0.05; done")
    try it.session.line("a | up")
    let run = try it.stop()
    #expect(run.end == .code(143))
    #expect(run.out.contains("a | asked\n"))
    #expect(run.said == [])
  }

  @Test func essentialEndsTheContainer() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "X-Essential=yes", "--", "sh", "-c", "sleep 0.2; exit 9")
    #expect(try it.session.finish().end == .code(9))
  }

  @Test func essentialWithoutACommand() throws {
    let it = try Supervised(command: [])
    try it.ctl("run", "a", "-p", "X-Essential=yes", "--", Self.probe, "die", "9")
    #expect(try it.session.finish().end == .code(137))
  }

  @Test func restarts() throws {
    let it = try Supervised()
    try it.ctl("run", "a", "-p", "Restart=on-failure", "--", Self.probe, "hold")
    let first = try #require(try it.told("a").pid)
    try it.ctl("kill", "a", "KILL")
    try it.session.line("it is started again", on: .err)
    try it.session.eventually("it to be there again") {
      let told = try it.told("a")
      return told.state == "running" && told.pid != first && told.restarts == 1
    }
    #expect(try it.ctl("stop", "a").code == 0)
    #expect(try it.ctl("start", "a").code == 0)
    #expect(try it.ctl("restart", "a").code == 0)
    #expect(try it.told("a").state == "running")
  }
}
