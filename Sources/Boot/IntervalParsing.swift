public import Sys

extension Interval {
  /// Reads `5s`, `500ms`, `1.5s`, `2m`, `1h`, or a bare number of seconds; nil is `infinity`. At most a hundred years.
  public static func parse(_ word: Text) throws(BadWord) -> Interval? {
    let bad = BadWord(word, expected: "a time such as 5s, 500ms, 2m or infinity")
    if word == "infinity" { return nil }
    let digits = word.prefix(word.bytes.firstIndex { $0 != UInt8(ascii: ".") && !isDigit($0) } ?? word.count)
    guard let unit = nanoseconds(of: word.dropFirst(digits.count)) else { throw bad }

    let (whole, fraction) = digits.cut(at: UInt8(ascii: ".")) ?? (digits, Text(""))
    guard !digits.isEmpty, let count = whole.decimal(upTo: 3_155_760_000_000_000_000),
      digits.count == whole.count || (fraction.count <= 9 && fraction.decimal(upTo: 999_999_999) != nil)
    else { throw bad }
    // A hundred years in nanoseconds fit three times into 63 bits.
    guard count <= 3_155_760_000_000_000_000 / unit else { throw bad }
    var result = Int64(count) * Int64(unit)
    var place = Int64(unit)
    for digit in fraction.bytes {
      place /= 10
      result += Int64(digit - UInt8(ascii: "0")) * place
    }
    return Interval(nanoseconds: result)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private static func nanoseconds(of unit: Text) -> Int? {
    switch true {
    case unit.isEmpty, unit == "s": 1_000_000_000
    case unit == "ms": 1_000_000
    case unit == "us": 1_000
    case unit == "m", unit == "min": 60_000_000_000
    case unit == "h": 3_600_000_000_000
    default: nil
    }
  }
}
