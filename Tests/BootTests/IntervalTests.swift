import TestSupport
import Testing

@testable import Boot
@testable import Sys

@Suite struct IntervalTests {
  @Test(
    arguments: [
      ("0", 0), ("5", 5_000_000_000), ("5s", 5_000_000_000), ("500ms", 500_000_000), ("7us", 7_000), ("2m", 120_000_000_000),
      ("2min", 120_000_000_000), ("1h", 3_600_000_000_000), ("1.5s", 1_500_000_000), ("1.5", 1_500_000_000),
      ("0.25m", 15_000_000_000),
      ("0.000000001", 1), ("0.000000001s", 1), ("1.0009us", 1_000), ("005", 5_000_000_000), ("1.000000000s", 1_000_000_000),
      ("3155760000s", 3_155_760_000_000_000_000), ("52596000m", 3_155_760_000_000_000_000),
      ("876600h", 3_155_760_000_000_000_000),
    ] as [(String, Int64)])
  func valid(_ word: String, _ nanoseconds: Int64) throws { #expect(try Interval.parse(text(word))?.nanoseconds == nanoseconds) }

  @Test func infinity() throws { #expect(try Interval.parse(text("infinity")) == nil) }

  @Test(arguments: [
    "", " ", "s", ".", ".5", "5.", "5.s", "1.2.3", "1.2.3s", "-1", "+1", "5y", "5S", "5 s", " 5", "5 ", "5ss", "abc", "inf",
    "Infinity", "0x5", "1e3",
    "1.0000000000", "3155760001", "3155760001s", "52596001m", "876601h", "99999999999999999999", "9223372036854775807ns", "5s\n",
    "٥",
    "99999999999999999999999999999999999h",
  ])
  func invalid(_ word: String) {
    let error = #expect(throws: BadWord.self) { try Interval.parse(text(word)) }
    #expect(error.map { $0.word == text(word) } == true)
    #expect(error.map { Text($0.expected).string } == "a time such as 5s, 500ms, 2m or infinity")
  }
}
