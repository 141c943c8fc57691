import Foundation
import Glibc
import Testing

/// What the command gets is what swinit got: the same is read with and without swinit between.
@Suite struct EnvironmentTests {
  private func compare(
    via: [[String]], env: [String] = [], except change: (inout CommandState) -> Void = { _ in },
    location: SourceLocation = #_sourceLocation
  ) throws -> CommandState {
    let bare = try Session.run(["state"], env: env, via: via, program: Place.probe)
    let under = try Session.run(["--", Place.probe, "state"], env: env, via: via)
    #expect(under.err == "", sourceLocation: location)
    var expected = try bare.state()
    let got = try under.state()
    #expect(got.pid == 2 && got.ppid == 1, "nothing else in the container", sourceLocation: location)
    #expect(got.pgrp == got.pid, "a process group of its own", sourceLocation: location)
    (expected.pid, expected.ppid, expected.pgrp) = (got.pid, got.ppid, got.pgrp)
    // Pipes differ from run to run.
    for fd in ["1", "2"] where expected.fds[fd]?.hasPrefix("pipe:") == true && got.fds[fd]?.hasPrefix("pipe:") == true {
      expected.fds[fd] = got.fds[fd]
    }
    expected.argv = got.argv
    change(&expected)
    for (name, a, b) in zip(Mirror(reflecting: expected).children, Mirror(reflecting: got).children).map({
      ($0.label ?? "", "\($0.value)", "\($1.value)")
    }) where expected != got && !name.isEmpty && name != "fds" {
      #expect(a == b, "\(name)", sourceLocation: location)
    }
    #expect(expected.fds == got.fds, sourceLocation: location)
    return got
  }

  @Test func plain() throws {
    let got = try compare(via: [])
    #expect(got.blocked == [] && got.ignored == [])
    #expect(got.fds.keys.sorted() == ["0", "1", "2"])
  }

  @Test func signalMask() throws {
    let got = try compare(via: [["block", "1,10,12,15,17,20,21,22,32,33,34,64"]])
    #expect(got.blocked == [1, 10, 12, 15, 17, 20, 21, 22, 32, 33, 34, 64])
  }

  @Test func dispositions() throws {
    let got = try compare(via: [["ignore", "1,2,4,11,13,15,17,20,21,22,32,33,34,64"]])
    #expect(got.ignored == [1, 2, 4, 11, 13, 15, 17, 20, 21, 22, 32, 33, 34, 64])
  }

  @Test func everySignalBlockedAndIgnored() throws {
    let all = (1...64).filter { $0 != 9 && $0 != 19 }.map(String.init).joined(separator: ",")
    let got = try compare(via: [["block", all], ["ignore", all]])
    #expect(got.blocked.count == 62 && got.ignored.count == 62)
  }

  @Test func directoryAndUmask() throws {
    let scratch = try Scratch()
    let got = try compare(via: [["chdir", scratch.path], ["umask", "0137"]])
    #expect(got.cwd == scratch.path)
    #expect(got.umask == 0o137)
  }

  /// It is removed meanwhile.
  @Test func directoryThatIsGone() throws {
    let scratch = try Scratch()
    try scratch.directory("gone")
    let script = #"cd "$1/gone" && rmdir "$1/gone" && exec "$0" -- "$2" exit 5"#
    let run = try Session.run(["-c", script, Place.swinit, scratch.path, Place.probe], program: "/bin/sh")
    #expect(run.end == .code(5))
    #expect(run.err == "")
  }

  @Test func limits() throws {
    let got = try compare(via: [["limit", "7", "300", "700"], ["limit", "4", "0", "0"], ["limit", "3", "1048576", "2097152"]])
    #expect(got.limits[7] == "300:700")
  }

  @Test func priority() throws {
    #expect(try compare(via: [["nice", "5"]]).nice == 5)
  }

  @Test func descriptorsPassThrough() throws {
    let got = try compare(via: [["open", "3,5,9,77"]])
    #expect(got.fds.keys.sorted() == ["0", "1", "2", "3", "5", "77", "9"])
    #expect(got.fds["77"] == "/dev/zero")
  }

  @Test func descriptorsBeyondAHundred() throws {
    let got = try compare(via: [["open", "100,255,256,1000"]])
    #expect(got.fds["1000"] == "/dev/zero")
  }

  @Test func credentials() throws {
    let got = try compare(via: [["user", "65534"], ["nnp"]])
    #expect(got.uids == [65534, 65534, 65534])
    #expect(got.libcap == "=")
    #expect(got.noNewPrivs == 1)
  }

  @Test func capabilities() throws {
    let got = try compare(via: [])
    #expect(got.libcap?.isEmpty == false && got.capAmb == "0000000000000000")
  }

  @Test func environmentByteForByte() throws {
    let env = ["B=2", "A=1", "EMPTY=", "=odd", "NOEQUALS", "B=again", "LATIN=\u{e4}", "LINES=a\nb"]
    let got = try compare(via: [], env: env)
    #expect(got.env.dropFirst().prefix(6) == ["B=2", "A=1", "EMPTY=", "=odd", "NOEQUALS", "B=again"])
  }

  @Test func ownVariablesAreConsumed() throws {
    let own = ["SWINIT_GRACE=1s", "SWINIT_VERBOSE=0", "SWINIT_REPORT=0", "SWINIT_SIGNAL_TARGET=group", "SWINIT_EXIT_MAP=9:9"]
    let got = try Session.run(["--", Place.probe, "state"], env: ["A=1"] + own + ["SWINIT_OTHER=x", "SWINITX=y"]).state()
    #expect(got.env.dropFirst() == ["A=1", "SWINIT_OTHER=x", "SWINITX=y"])
  }

  @Test func wordsByteForByte() throws {
    let script = #"exec "$0" -- "$1" state "/dev/stdout" "" "a b" "$(printf '\377\001')" 'é"\'"#
    let run = try Session.run(["-c", script, Place.swinit, Place.probe], program: "/bin/sh")
    let got = try run.state()
    #expect(got.argv.dropFirst(3) == ["", "a b", "\u{ff}\u{1}", "\u{c3}\u{a9}\"\\"])
  }

  @Test func longWord() throws {
    let word = String(repeating: "x", count: 130_000)
    let run = try Session.run(["--", "printf", "%s", word])
    #expect(run.end == .code(0))
    #expect(run.out == word)
  }

  /// LISTEN_PID names the command, so that libsystemd takes the sockets.
  @Test func socketActivation() throws {
    let got = try Session.run(["--", Place.probe, "state"], via: [["listen", "3"]]).state()
    #expect(got.sdListenFds == 3)
    #expect(got.variable("LISTEN_PID") == "\(got.pid)")
    #expect(got.variable("LISTEN_FDS") == "3")
    #expect(got.env.count { $0.hasPrefix("LISTEN_PID=") } == 1)
    #expect(got.fds.filter { $0.value.hasPrefix("socket:") }.keys.sorted() == ["3", "4", "5"])
  }

  @Test func socketsOfSomebodyElse() throws {
    let got = try Session.run(["--", Place.probe, "state"], env: ["LISTEN_PID=4711", "LISTEN_FDS=1"]).state()
    #expect(got.variable("LISTEN_PID") == "4711")
    #expect(got.sdListenFds == 0)
  }
}
