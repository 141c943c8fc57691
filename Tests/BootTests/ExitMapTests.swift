import TestSupport
import Testing

@testable import Boot
@testable import Sys

@Suite struct ExitMapTests {
  @Test(arguments: 0...255) func everyCodeIsItselfAtFirst(_ code: Int) { #expect(ExitMap()[Int32(code)] == Int32(code)) }

  @Test(
    arguments: [
      ("143:0", 143, 0), ("0:255", 0, 255), ("143:0,130:1", 130, 1), ("1:2,1:3", 1, 3), ("1:2,2:3", 1, 2), ("007:08", 7, 8),
    ] as [(String, Int32, Int32)])
  func valid(_ list: String, _ from: Int32, _ to: Int32) throws {
    var map = ExitMap()
    try map.add(text(list))
    #expect(map[from] == to)
    #expect(map[99] == 99)
  }

  @Test(
    arguments: [
      ("", ""), ("1", "1"), ("1:", ""), (":1", ""), ("256:0", "256"), ("0:256", "256"), ("-1:0", "-1"), ("a:0", "a"),
      ("1:2:3", "2:3"), ("1:2,", ""),
      ("1:2,x", "x"), ("1 :2", "1 "), ("99999999999999999999:0", "99999999999999999999"),
    ] as [(String, String)])
  func invalid(_ list: String, _ named: String) {
    var map = ExitMap()
    let error = #expect(throws: BadWord.self) { try map.add(text(list)) }
    #expect(error.map { $0.word == text(named) } == true)
  }
}
