import TestSupport
import Testing

@testable import Sys

/// /proc/PID/stat lines, proc(5).
@Suite struct ProcessTableEntryTests {
  private func name(_ entry: ProcessTable.Entry) -> String { entry.name.withText { $0.string } }

  @Test(
    arguments: [
      ("7 (sleep) S 1 7 7 0 -1", "sleep", 1, false), ("7 (a b) R 12 7", "a b", 12, false), ("7 (a) b) S 3 7", "a) b", 3, false),
      ("7 (a) Z 9 (x) S 3 7", "a) Z 9 (x", 3, false), ("7 ((sd-pam)) S 4 7", "(sd-pam)", 4, false), ("7 () Z 5 7", "", 5, true),
      ("7 (gone) X 0 7", "gone", 0, true), ("7 (x\ny) D 2147483647 7", "x\ny", 2_147_483_647, false),
      ("7 (0123456789abcdefXYZ) S 1 7", "0123456789abcdef", 1, false), ("7 (()) T 1 ", "()", 1, false),
    ] as [(String, String, Int32, Bool)])
  func valid(_ line: String, _ name: String, _ parent: Int32, _ isZombie: Bool) throws {
    let entry = try #require(ProcessTable.Entry(ProcessID(7), stat: text(line)))
    #expect(entry.process == ProcessID(7))
    #expect(entry.parent == ProcessID(parent))
    #expect((entry.state == .zombie) == isZombie)
    #expect(self.name(entry) == name)
  }

  @Test func commOfBytes() throws {
    let line = Array("7 (".utf8) + [0xFF, 0x80] + Array(") S 1 7".utf8)
    let entry = try #require(ProcessTable.Entry(ProcessID(7), stat: text(line)))
    #expect(entry.name.withText { Array($0.bytes) } == [0xFF, 0x80])
  }

  @Test(arguments: [
    "", "7", "7 (", "7 )", ") (", "7 (sleep", "7 sleep)", "7 (sleep)", "7 (sleep) ", "7 (sleep) S", "7 (sleep) S ",
    "7 (sleep) S x 7", "7 (sleep) S -1 7", "7 (sleep) S 2147483648 7", "7 (sleep) S  7",
  ])
  func invalid(_ line: String) { #expect(ProcessTable.Entry(ProcessID(7), stat: text(line)) == nil) }

  /// Fields 9 and 22: flags and the start in ticks of 10 ms.
  @Test func kernelThreadAndStart() throws {
    let line = "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 125 0 0"
    let entry = try #require(ProcessTable.Entry(ProcessID(2), stat: text(line)))
    #expect(entry.state == .kernelThread)
    #expect(entry.started == Instant(nanoseconds: 1_250_000_000))
  }

  @Test func neverTraps() {
    var random = SplitMix(seed: 3)
    let alphabet = Array("()) S1Z9 x\u{7F}".utf8)
    for _ in 0..<20_000 {
      let line = (0..<Int.random(in: 0...24, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
      if let entry = ProcessTable.Entry(ProcessID(7), stat: text(line)) { #expect(entry.parent.rawValue >= 0) }
    }
  }
}
