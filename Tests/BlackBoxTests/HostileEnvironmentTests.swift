import Foundation
import Glibc
import Testing

/// Places where little is allowed or there: the command runs, its code comes back, what it leaves is ended, quickly.
@Suite struct HostileEnvironmentTests {
  private static let all = ["dies", "tells", "stopped"]

  /// The payload needs no shell and hardly any system call.
  private func check(
    _ via: [[String]], options: [String] = [], proc: Bool = true, silent: Bool = true, tells: Bool = true,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let run = try Session.run(
      options + ["--grace", "1h", "--", Place.probeStatic, "leave", "7"] + Self.all, via: via, proc: proc,
      probe: Place.probeStatic)
    #expect(run.end == .code(7), "\(run.err)", sourceLocation: location)
    if silent { #expect(run.err == "", sourceLocation: location) }
    if tells { #expect(run.out.contains("tells got 15\n"), sourceLocation: location) }
  }

  @Test(arguments: ["0", "0,1,2"]) func closedDescriptors(_ closed: String) throws {
    // Nothing is heard from one without stdout; silence on a closed stderr shows nothing either.
    try check([["closed", closed]], silent: false, tells: closed == "0")
  }

  @Test func closedOutputs() throws { try check([["closed", "1,2"]], silent: false, tells: false) }

  @Test func noProc() throws { try check([["hide", "/proc"]], proc: false) }

  @Test func procOfAnotherNamespace() throws { try check([], proc: false) }

  @Test func noDevices() throws { try check([["hide", "/dev"]]) }

  @Test func noProcNoDevicesAllClosed() throws {
    let run = try Session.run(
      ["--", Place.probeStatic, "exit", "7"], via: [["hide", "/dev"], ["hide", "/proc"], ["closed", "0,1,2"]], proc: false,
      probe: Place.probeStatic)
    #expect(run.end == .code(7))
  }

  @Test func readOnlyRoot() throws { try check([["readonly"]]) }

  @Test func emptyRoot() throws {
    let root = try Root()
    let run = try root.run(["--", "/probe", "leave", "7"] + Self.all)
    #expect(run.end == .code(7))
    #expect(run.err == "")
    #expect(run.out.contains("tells got 15\n"))
  }

  @Test func nobodyWithoutCapabilities() throws { try check([["user", "65534"]]) }

  @Test func noNewPrivileges() throws { try check([["nnp"]]) }

  @Test(arguments: ["eperm", "enosys"]) func oldSeccompProfile(_ answer: String) throws { try check([["seccomp", answer]]) }

  @Test(arguments: ["eperm", "enosys"]) func oldSeccompProfileOrphans(_ answer: String) throws {
    let run = try Session.run([Place.probeStatic, "orphans", "500"], via: [["seccomp", answer]], probe: Place.probeStatic)
    #expect(run.end == .code(0))
    #expect(run.out == "reaped 500\n")
  }

  @Test(arguments: ["eperm", "enosys"]) func oldSeccompProfileSignals(_ answer: String) throws {
    let session = try Session([Place.probeStatic, "signals", "64"], via: [["seccomp", answer]], probe: Place.probeStatic)
    try session.line("ready")
    for signal in [1, 11, 15, 20, 34, 64] as [Int32] {
      session.send(signal)
      #expect(try session.line("signal ") == "signal \(signal)")
    }
    #expect(try session.finish().end == .code(0))
  }

  @Test(arguments: ["eperm", "enosys"]) func oldSeccompProfileFailures(_ answer: String) throws {
    let run = try Session.run(["--", "/nope/there"], via: [["seccomp", answer]], probe: Place.probeStatic)
    #expect(run.end == .code(127))
    #expect(run.said.count == 1)
  }

  /// Everything at once.
  @Test(arguments: ["eperm", "enosys"]) func allTogether(_ answer: String) throws {
    try check(
      [["hide", "/proc"], ["readonly"], ["seccomp", answer], ["user", "65534"], ["closed", "0"]], proc: false, silent: false)
  }

  /// Two tasks in all: swinit and the command. The limit counts all of a user's tasks, so that this user is one of its own.
  @Test func tasksExhausted() throws {
    let uid = 40_100 + Int(getpid() % 10_000)
    let run = try Session.run(
      ["--", Place.probeStatic, "exit", "7"], via: [["limit", "6", "2", "2"], ["user", "\(uid)"]], probe: Place.probeStatic)
    #expect(run.end == .code(7), "\(run.err)")
    #expect(run.err == "")
  }

  /// Not even the command: it is run in place of swinit, and that is said.
  @Test func noTaskForTheCommand() throws {
    let uid = 50_200 + Int(getpid() % 10_000)
    let run = try Session.run(
      ["--", Place.probeStatic, "exit", "7"], via: [["limit", "6", "1", "1"], ["user", "\(uid)"]], probe: Place.probeStatic)
    #expect(run.end == .code(7))
    #expect(run.said.count == 1)
  }

  @Test func noDescriptorsLeft() throws {
    // 0 to 2 and a handful for swinit's own; the command's limit is the same as ever.
    try check([["limit", "7", "16", "16"]])
  }

  @Test(.enabled(if: try Root.libraries().isEmpty, "the ordinary build's libraries alone take more"))
  func smallAddressSpace() throws {
    try check([["limit", "9", "16777216", "16777216"]])
  }

  @Test(.enabled(if: try Root.libraries().isEmpty, "without the optimizer frames are ten times as large"))
  func tinyStack() throws { try check([["limit", "3", "65536", "65536"]]) }

  @Test func brokenStderr() throws {
    let run = try Session.run(
      ["-c", #"exec 2>&-; exec "$0" -v --report -- "$1" exit 5"#, Place.swinit, Place.probeStatic], program: "/bin/sh")
    #expect(run.end == .code(5))
  }

  /// A file that the command writes to as well: nobody's line is written over.
  @Test func fileOfBoth() throws {
    let scratch = try Scratch()
    let file = "\(scratch.path)/log"
    let run = try Session.run(
      ["-c", #"exec >"$2" 2>&1; "$0" -v --report -- "$1" exit 5; echo code $?"#, Place.swinit, Place.probeStatic, file],
      program: "/bin/sh")
    #expect(run.end == .code(0))
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.first?.hasPrefix("swinit: ") == true && lines.last == "code 5", "\(lines)")
    #expect(lines.contains { $0.hasPrefix("{") && $0.hasSuffix("}") }, "\(lines)")
  }

  /// Writing to a stderr that nobody reads must not end or hold it up.
  @Test func stderrThatNobodyReads() throws {
    let run = try Session.run(
      ["-c", #"exec 3>&1; { "$0" -v --report -- "$1" exit 5; echo code $? >&3; } 2>&1 | true"#, Place.swinit, Place.probeStatic],
      program: "/bin/sh")
    #expect(run.out == "code 5\n")
  }

  @Test func fullDisk() throws {
    let run = try Session.run(
      ["-c", #"exec 2>/dev/full; exec "$0" -v --report -- "$1" exit 5"#, Place.swinit, Place.probeStatic], program: "/bin/sh")
    #expect(run.end == .code(5))
  }
}
