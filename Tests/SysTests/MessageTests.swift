import TestSupport
import Testing

@testable import Sys

@Suite struct MessageTests {
  @Test func interpolations() {
    let name = text("nginx")
    #expect(("plain" as Message).string == "plain")
    #expect(("" as Message).string == "")
    #expect(("run '\(name)' as \(word("app"))" as Message).string == "run 'nginx' as app")
    #expect(("\(Signal.terminate) to \(ProcessID(17)): \(Errno.noProcess)" as Message).string == "SIGTERM to 17: No such process")
    #expect(("a \("b" as Message) c" as Message).string == "a b c")
    #expect(("a \("b" as StaticString) c" as Message).string == "a b c")
  }

  @Test(arguments: [
    (0, "0"), (7, "7"), (10, "10"), (-1, "-1"), (100, "100"), (Int.max, "9223372036854775807"), (Int.min, "-9223372036854775808"),
  ])
  func decimal(_ value: Int, _ written: String) {
    #expect(("\(value)" as Message).string == written)
    #expect(("\(Int64(value))" as Message).string == written)
  }

  @Test(arguments: [(Int32.max, "2147483647"), (Int32.min, "-2147483648")]) func decimal32(_ value: Int32, _ written: String) {
    #expect(("\(value)" as Message).string == written)
  }

  @Test func otherRadixes() {
    #expect(("\(octal: 0o644) \(octal: 0) \(octal: 0o7777)" as Message).string == "644 0 7777")
    #expect(
      ("\(hexadecimal: 0) \(hexadecimal: 0xdead_beef) \(hexadecimal: .max)" as Message).string == "0 deadbeef ffffffffffffffff")
  }

  @Test(arguments: Array(UInt8(0)...UInt8(255))) func onlyControlCharactersOfWordsAreEscaped(_ byte: UInt8) {
    let message: Message = "[\(text([byte]))]"
    let isControl = byte < 0x20 || byte == 0x7F
    let hex = String(byte, radix: 16)
    let expected = isControl ? Array("\\x\(hex.count == 1 ? "0" + hex : hex)".utf8) : [byte]
    #expect(message.bytes == [UInt8(ascii: "[")] + expected + [UInt8(ascii: "]")])
  }

  @Test(arguments: [0, 1, 255, 256]) func wordsOfUpTo256BytesAreWhole(_ count: Int) {
    let string = String(repeating: "x", count: count)
    #expect(("'\(text(string))'" as Message).string == "'\(string)'")
  }

  @Test(arguments: [257, 300, 5000, 2 << 20]) func longWordsAreCutInTheirMiddle(_ count: Int) {
    let string = "begin" + String(repeating: "x", count: count - 8) + "end"
    let cut = ("'\(text(string))'" as Message).string
    #expect(cut == "'" + string.prefix(200) + "…" + string.suffix(40) + "'")
  }

  @Test(arguments: 1015...1030) func aFullLineEndsWithOneEllipsis(_ count: Int) {
    var message = Message()
    for _ in 0..<count { message.append(byte: UInt8(ascii: "x")) }
    if count <= Message.capacity - 4 {
      #expect(message.string == String(repeating: "x", count: count))
    } else {
      #expect(message.string == String(repeating: "x", count: Message.capacity - 4) + "…")
      #expect(message.count == Message.capacity - 1, "one byte is left for the newline")
    }
  }

  @Test func aFullLineStaysAsItIs() {
    var message = Message()
    for _ in 0..<100 { message.append("0123456789012345678901234567890123456789") }
    let full = message.bytes
    message.append("more")
    message.append(word: text("\n"))
    message.append(decimal: -5)
    message.append(.kill)
    message.append(contentsOf: "again")
    #expect(message.bytes == full)
    #expect(full.count == Message.capacity - 1)
  }

  /// Whatever words hold, a message is one line and leaves room for its newline.
  @Test func neverMoreThanOneLine() {
    var random = SplitMix(seed: 7)
    for _ in 0..<5000 {
      var message: Message = "words:"
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        let word = (0..<Int.random(in: 0...400, using: &random)).map { _ in UInt8.random(in: 0...40, using: &random) }
        message.append(" ")
        message.append(word: text(word))
      }
      #expect(message.bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F } && message.count < Message.capacity)
    }
  }
}
