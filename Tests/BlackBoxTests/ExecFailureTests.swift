import Foundation
import Glibc
import Testing

/// A command that cannot be executed: 127 when it is not there, 126 when it is, and one line that says why.
@Suite struct ExecFailureTests {
  private func check(
    _ run: Outcome, _ code: Int32, _ words: String..., location: SourceLocation = #_sourceLocation
  ) {
    #expect(run.end == .code(code), sourceLocation: location)
    let lines = run.err.split(separator: "\n")
    #expect(lines.count == 1, "one line", sourceLocation: location)
    for word in ["swinit: ", "cannot execute"] + words {
      #expect(run.err.contains(word), "no '\(word)' in: \(run.err)", sourceLocation: location)
    }
    #expect(run.out == "", sourceLocation: location)
  }

  @Test func notInPath() throws {
    check(try Session.run(["no-such-command-anywhere"]), 127, "'no-such-command-anywhere'", "not found", "PATH")
  }

  @Test func noSuchFile() throws {
    check(try Session.run(["--", "/nope/there"]), 127, "'/nope/there'", "no such file")
  }

  @Test func directoryOfItIsAFile() throws {
    let run = try Session.run(["/etc/passwd/x"])
    #expect(run.end == .code(126) || run.end == .code(127))
    #expect(run.said.count == 1)
  }

  @Test func danglingLink() throws {
    let scratch = try Scratch()
    check(try Session.run([try scratch.link("gone", to: "/nope/there")]), 127, "gone'")
  }

  @Test func linkLoop() throws {
    let scratch = try Scratch()
    check(try Session.run([try scratch.link("round", to: "round")]), 126, "round'")
  }

  @Test func emptyName() throws {
    let run = try Session.run(["--", ""])
    #expect(run.end == .code(127))
    #expect(run.said.count == 1)
  }

  @Test func noExecuteBit() throws {
    let scratch = try Scratch()
    check(try Session.run([try scratch.file("plain", "#!/bin/sh\n")]), 126, "plain'", "permission", "644")
  }

  @Test func directoryThatMayNotBeSearched() throws {
    let scratch = try Scratch()
    let tool = try scratch.copy(Place.probeStatic, to: "closed/tool")
    chmod("\(scratch.path)/closed", 0o700)
    check(try Session.run([tool, "exit", "0"], via: [["user", "65534"]]), 126, "tool'", "ermission")
  }

  @Test func interpreterMissing() throws {
    let scratch = try Scratch()
    let script = try scratch.file("script", "#!/bin/nosh -e\nexit 0\n", mode: 0o755)
    check(try Session.run([script]), 126, "script'", "interpreter", "'/bin/nosh'", "missing")
  }

  @Test func interpreterWithCarriageReturn() throws {
    let scratch = try Scratch()
    let script = try scratch.file("dos", "#!/bin/sh\r\nexit 0\r\n", mode: 0o755)
    check(try Session.run([script]), 126, "dos'", "interpreter", "missing")
  }

  @Test func loaderMissing() throws {
    let scratch = try Scratch()
    var bytes = try Data(contentsOf: URL(filePath: Place.probe))
    let loader = try #require(bytes.range(of: Data("/ld-linux".utf8)))
    bytes.replaceSubrange(loader, with: Data("/ld-nosux".utf8))
    check(try Session.run([try scratch.file("elf", bytes: bytes, mode: 0o755)]), 126, "elf'", "loader", "ld-nosux", "missing")
  }

  @Test func otherArchitecture() throws {
    let scratch = try Scratch()
    var bytes = try Data(contentsOf: URL(filePath: Place.probeStatic))
    #if arch(x86_64)
      let (machine, other, own): (UInt8, String, String) = (183, "aarch64", "x86_64")
    #else
      let (machine, other, own): (UInt8, String, String) = (62, "x86_64", "aarch64")
    #endif
    bytes[18] = machine
    check(try Session.run([try scratch.file("foreign", bytes: bytes, mode: 0o755)]), 126, "foreign'", other, own)
  }

  @Test func truncatedElf() throws {
    let scratch = try Scratch()
    let bytes = try Data(contentsOf: URL(filePath: Place.probeStatic)).prefix(40)
    check(try Session.run([try scratch.file("cut", bytes: Data(bytes), mode: 0o755)]), 126, "cut'")
  }

  @Test func directory() throws {
    let scratch = try Scratch()
    check(try Session.run([try scratch.directory("dir")]), 126, "dir'", "directory")
  }

  @Test func textWithoutInterpreter() throws {
    let scratch = try Scratch()
    check(try Session.run([try scratch.file("text", "echo hello\n", mode: 0o755)]), 126, "text'", "#!")
  }

  @Test func emptyFile() throws {
    let scratch = try Scratch()
    check(try Session.run([try scratch.file("empty", "", mode: 0o755)]), 126, "empty'")
  }

  @Test func inPathWithoutExecuteBit() throws {
    let scratch = try Scratch()
    try scratch.file("tool-in-path", "#!/bin/sh\n")
    check(try Session.run(["--env", "PATH=\(scratch.path)", "tool-in-path"]), 126, "tool-in-path'", "permission")
  }

  /// As execvp(3): a later directory may have the one that can be executed.
  @Test func pathGoesOnPastWhatCannotRun() throws {
    let scratch = try Scratch()
    try scratch.file("a/tool", "#!/bin/sh\n")
    try scratch.file("b/tool", "#!/bin/sh\nexit 5\n", mode: 0o755)
    let run = try Session.run(["tool"], env: ["PATH=/nope:\(scratch.path)/a:\(scratch.path)/b:/bin"])
    #expect(run.end == .code(5))
  }

  @Test func noPathAtAll() throws {
    let run = try Session.run(["true"], via: [], program: "/usr/bin/env", prefix: ["-i", Place.swinit])
    #expect(run.end == .code(0), "\(run.err)")
  }

  /// The limits shrink while a hook runs, so that swinit itself could still be started with these words:
  /// a quarter of the stack's limit is what they may take.
  @Test func argumentsTooLong() throws {
    let words = (0..<6).map { _ in String(repeating: "x", count: 100_000) }
    let run = try Session.run(["--pre", "prlimit --pid 1 --stack=1572864", "--", "true"] + words)
    #expect(run.end == .code(126))
    #expect(run.said.count == 1)
    #expect(run.err.contains("too long"), "\(run.err.prefix(300))")
    #expect(run.err.utf8.count < 4096)
  }

  @Test func namesThatAreNotText() throws {
    let run = try Session.run(["-c", #"exec "$0" -- "$(printf '/no\377\001x')""#, Place.swinit], program: "/bin/sh")
    #expect(run.end == .code(127))
    #expect(run.said.count == 1)
  }
}
