import TestSupport
import Testing

@testable import Boot
@testable import Sys

@Suite struct ShutdownTimeTests {
  @Test(
    arguments: [
      ("now", .now), ("+0", .now), ("0", .now), ("+5", .after(minutes: 5)), ("5", .after(minutes: 5)),
      ("+52596000", .after(minutes: 52_596_000)), ("0:00", .at(hour: 0, minute: 0)), ("00:00", .at(hour: 0, minute: 0)),
      ("9:05", .at(hour: 9, minute: 5)), ("23:59", .at(hour: 23, minute: 59)), ("+007", .after(minutes: 7)),
    ] as [(String, ShutdownTime)])
  func good(_ word: String, _ time: ShutdownTime) throws { #expect(try ShutdownTime(text(word)) == time) }

  @Test(arguments: [
    "", "+", "-1", "++1", "+1m", "1.5", "24:00", "12:60", "12:5", "12:005", "012:00", ":30", "12:", "+12:00", "12:00:00", "noon",
    "NOW",
    "+52596001", "99999999999999999999", "+ 1", "12 :00",
    "１２",
  ])
  func bad(_ word: String) {
    #expect { try ShutdownTime(text(word)) } throws: { ($0 as? BadWord)?.word.string == word }
  }
}
