public import Sys

/// A value as a list of words: blanks separate, quotes at a word's begin hold it together, and a backslash says what it says in C.
public enum Words {
  public enum Failure: Error, Sendable {
    case openQuote, badEscape
  }

  /// The words of `value`. Words without quotes and escapes point into it.
  public static func split(_ value: Text) throws(Failure) -> [Text] {
    var result: [Text] = []
    var rest = value.trimmed
    while !rest.isEmpty {
      result.append(try next(&rest))
      rest = rest.trimmed
    }
    return result
  }

  private static func next(_ rest: inout Text) throws(Failure) -> Text {
    // What nobody has to change is not copied.
    let plain = rest.prefix(rest.bytes.firstIndex { isSpecial($0) } ?? rest.count)
    if plain.count == rest.count || Text.isBlank(rest[plain.count]) {
      rest = rest.dropFirst(plain.count)
      return plain
    }
    var word: [UInt8] = []
    var quote: UInt8?
    while !rest.isEmpty {
      let byte = rest[0]
      if byte == UInt8(ascii: "\\") {
        rest = rest.dropFirst()
        try escape(&rest, into: &word)
        continue
      }
      if quote == nil, Text.isBlank(byte) { break }
      rest = rest.dropFirst()
      if byte == quote {
        quote = nil
      } else if quote == nil, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        quote = byte
      } else {
        word.append(byte)
      }
    }
    guard quote == nil else { throw .openQuote }
    return Text(copying: word)
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    Text.isBlank(byte) || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  /// What stands behind a backslash.
  private static func escape(_ rest: inout Text, into word: inout [UInt8]) throws(Failure) {
    guard !rest.isEmpty else { throw .badEscape }
    let letter = rest[0]
    rest = rest.dropFirst()
    switch letter {
    case UInt8(ascii: "a"): word.append(7)
    case UInt8(ascii: "b"): word.append(8)
    case UInt8(ascii: "f"): word.append(12)
    case UInt8(ascii: "n"): word.append(10)
    case UInt8(ascii: "r"): word.append(13)
    case UInt8(ascii: "t"): word.append(9)
    case UInt8(ascii: "v"): word.append(11)
    case UInt8(ascii: "s"): word.append(32)
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): word.append(letter)
    case UInt8(ascii: "x"):
      // A NUL would end the word for whoever gets it.
      let value = try byte(&rest, digits: 2, radix: 16)
      guard value != 0 else { throw .badEscape }
      word.append(value)
    case UInt8(ascii: "0")...UInt8(ascii: "3"):
      let low = try byte(&rest, digits: 2, radix: 8)
      let value = (letter - UInt8(ascii: "0")) << 6 | low
      guard value != 0 else { throw .badEscape }
      word.append(value)
    default: throw .badEscape
    }
  }

  /// A byte of this many digits.
  private static func byte(_ rest: inout Text, digits: Int, radix: UInt8) throws(Failure) -> UInt8 {
    guard rest.count >= digits else { throw .badEscape }
    var value: UInt8 = 0
    for index in 0..<digits {
      guard let digit = digit(rest[index]), digit < radix else { throw .badEscape }
      value = value &* radix &+ digit
    }
    rest = rest.dropFirst(digits)
    return value
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
