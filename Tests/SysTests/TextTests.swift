import TestSupport
import Testing

@testable import Sys

@Suite struct TextTests {
  @Test(arguments: [
    ("", "", true), ("a", "a", true), ("a", "A", false), ("a", "ab", false), ("ab", "a", false), ("é", "é", true),
    ("é", "è", false),
  ])
  func equality(_ left: String, _ right: String, _ equal: Bool) { #expect((text(left) == text(right)) == equal) }

  @Test func bytesThatAreNoUTF8ArePassedThrough() {
    let bytes: [UInt8] = [0xFF, 0x00, 0xC3, 0x28, 0x80]
    #expect(Array(text(bytes).bytes) == bytes)
    #expect(!(text([0xFF]) == text([0xFE])))
  }

  @Test func literals() {
    #expect(Text("abc").count == 3)
    #expect(text("abc") == "abc")
    #expect(Text("").isEmpty)
    #expect(text("…") == "…")
  }

  @Test(arguments: [
    ("abc", "", true), ("abc", "ab", true), ("abc", "abc", true), ("abc", "abcd", false), ("abc", "b", false), ("", "", true),
    ("", "a", false),
  ])
  func hasPrefix(_ word: String, _ prefix: String, _ has: Bool) { #expect(text(word).hasPrefix(text(prefix)) == has) }

  @Test func parts() {
    let word = text("abcdef")
    #expect(word.dropFirst() == "bcdef")
    #expect(word.dropFirst(4) == "ef")
    #expect(word.dropFirst(9) == "")
    #expect(word.dropLast() == "abcde")
    #expect(word.dropLast(9) == "")
    #expect(word.prefix(2) == "ab")
    #expect(word.prefix(9) == "abcdef")
    // A part has its own indices.
    #expect(word.dropFirst(2)[0] == UInt8(ascii: "c"))
    #expect(word.dropFirst(2).firstIndex(of: UInt8(ascii: "d")) == 1)
    #expect(text("abab").lastIndex(of: UInt8(ascii: "a")) == 2)
    #expect(text("abab").firstIndex(of: UInt8(ascii: "z")) == nil)
  }

  @Test(arguments: [
    ("a:b", "a", "b"), (":", "", ""), ("a:", "a", ""), (":b", "", "b"), ("a:b:c", "a", "b:c"),
  ])
  func cut(_ word: String, _ before: String, _ after: String) throws {
    let parts = try #require(text(word).cut(at: UInt8(ascii: ":")))
    #expect(parts.before == text(before))
    #expect(parts.after == text(after))
  }

  @Test(arguments: ["", "abc", "a;b"]) func cutWithoutSeparator(_ word: String) {
    #expect(text(word).cut(at: UInt8(ascii: ":")) == nil)
  }

  @Test(arguments: [
    ("/usr/bin/tini", "tini"), ("tini", "tini"), ("/tini", "tini"), ("./tini", "tini"), ("a/", ""), ("/", ""), ("", ""),
  ])
  func baseName(_ path: String, _ name: String) { #expect(text(path).baseName == text(name)) }

  @Test(arguments: [
    ("true", true), ("TRUE", true), ("tRuE", true), ("tru", false), ("truee", false), ("", false), ("tr\u{55}e", true),
    ("trué", false),
  ])
  func matchesIgnoringCase(_ word: String, _ matches: Bool) { #expect(text(word).matchesIgnoringCase("true") == matches) }

  /// Only letters have a case: '@' and '`', '[' and '{' differ by the same bit.
  @Test func caseIsForLettersOnly() {
    #expect(!text("@").matchesIgnoringCase("`"))
    #expect(!text("[").matchesIgnoringCase("{"))
    #expect(text("Z").matchesIgnoringCase("z"))
  }

  @Test(
    arguments: [
      ("0", 255, 0), ("7", 255, 7), ("255", 255, 255), ("256", 255, nil), ("00012", 255, 12), ("", 255, nil), ("-1", 255, nil),
      ("+1", 255, nil), (" 1", 255, nil), ("1 ", 255, nil), ("0x1", 255, nil), ("1a", 255, nil), ("١", 255, nil), ("0", 0, 0),
      ("1", 0, nil),
      ("4294967294", 4_294_967_294, 4_294_967_294), ("4294967295", 4_294_967_294, nil),
      ("99999999999999999999999999999999", 4_294_967_294, nil),
      ("18446744073709551616", 255, nil), ("000000000000000000000000000000000000009", 9, 9),
    ] as [(String, Int, Int?)])
  func decimal(_ word: String, _ limit: Int, _ value: Int?) { #expect(text(word).decimal(upTo: limit) == value) }

  @Test(arguments: [
    ("", [""]), ("a", ["a"]), ("a,b", ["a", "b"]), (",", ["", ""]), ("a,", ["a", ""]), (",a", ["", "a"]),
    ("a,,b", ["a", "", "b"]),
  ])
  func forEachPart(_ word: String, _ expected: [String]) {
    var parts: [String] = []
    text(word).forEachPart(separatedBy: UInt8(ascii: ",")) { parts.append($0.string) }
    #expect(parts == expected)
  }

  @Test func forEachPartStopsAtAnError() {
    var parts: [String] = []
    #expect(throws: Errno.again) {
      try text("a,b,c").forEachPart(separatedBy: UInt8(ascii: ",")) { (part) throws(Errno) in
        parts.append(part.string)
        if part == "b" { throw .again }
      }
    }
    #expect(parts == ["a", "b"])
  }
}
