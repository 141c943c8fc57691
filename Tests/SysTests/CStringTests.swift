import TestSupport
import Testing

@testable import Sys

@Suite struct CStringTests {
  @Test(arguments: ["", "a", "abc", "é…"]) func keepsItsBytes(_ string: String) {
    #expect(word(string).text == text(string))
    #expect(word(string).isEmpty == string.isEmpty)
  }

  @Test func literal() {
    #expect(CString("/dev/null").text == "/dev/null")
    #expect(CString("").isEmpty)
  }

  @Test func copiesPartsBehindEachOther() {
    #expect(CString(copying: text("A"), Text("="), text("b"), text("")).text == "A=b")
    #expect(CString(copying: text("")).isEmpty)
  }

  @Test func endsWithNUL() { #expect(word("abc").pointer[3] == 0) }

  @Test func dropFirst() {
    #expect(word("--grace=5").dropFirst(8).text == "5")
    #expect(word("abc").dropFirst(3).isEmpty)
  }

  @Test func keepsBytesThatAreNoUTF8() {
    let bytes: [UInt8] = [0xFF, 0x80, 0x01]
    #expect(Array(CString(copying: text(bytes)).text.bytes) == bytes)
  }

  @Test func aNULEndsIt() { #expect(CString(copying: text([0x61, 0, 0x62])).text == "a") }
}
