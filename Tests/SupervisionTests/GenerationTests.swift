import Testing

@testable import Supervision
@testable import Sys
@testable import Wire

/// What a program says of itself before it is let into swinit's place.
@Suite struct GenerationTests {
  private func judge(_ line: String) -> Generation.Verdict {
    Array(line.utf8).withUnsafeBufferPointer { Generation.judge(Text($0)) }
  }

  @Test func itsOwnLineIsTheSame() {
    let line = Generation.line("0.1.0").withBytes { String(decoding: $0, as: UTF8.self) }
    #expect(line == "swinit 0.1.0 table 1 wire 1 state 2")
    #expect(judge(line + "\n") == .same)
  }

  @Test(arguments: [
    "swinit 0.2 table 2 wire 1 state 2\n", "swinit 0.2 table 1 wire 0 state 2\n", "swinit 9 table 1 wire 1 state 77\n",
    "swinit 9 table 1 wire x state 2\n",
  ]) func others(_ line: String) { #expect(judge(line) == .other) }

  @Test(arguments: [
    "", "\n", "swinit 0.1.0\n", "swinit 0.1.0 table 1 wire 1 state 2", "sysvinit 0.1.0 table 1 wire 1 state 2\n",
    "swinit 0.1.0 table 1 wire 1 state 2 more\n", "swinit 0.1.0 table 1 wire 1 phase 1\n", "swinit table 1 wire 1 state 2 x y\n",
    "cat (GNU coreutils) 9.7\nCopyright (C) 2025\n",
  ]) func strangers(_ line: String) { #expect(judge(line) == .unknown) }
}
