public import Sys

/// The kinds of values that unit files hold, systemd.syntax(7), systemd.time(7), systemd.exec(5). nil: it is none.
public enum Values {
  public static func isOn(_ word: Text) -> Bool? {
    switch true {
    case word == "1", word.matchesIgnoringCase("yes"), word.matchesIgnoringCase("true"), word.matchesIgnoringCase("on"): true
    case word == "0", word.matchesIgnoringCase("no"), word.matchesIgnoringCase("false"), word.matchesIgnoringCase("off"): false
    default: nil
    }
  }

  public enum Span: Equatable, Sendable {
    case infinite
    case time(Interval)
  }

  /// `5`, `500ms`, `1min 30s`, `infinity`.
  public static func span(_ word: Text) -> Span? {
    if word == "infinity" { return .infinite }
    var rest = word.trimmed
    guard !rest.isEmpty else { return nil }
    var total: Int64 = 0
    while !rest.isEmpty {
      let digits = rest.prefix(rest.bytes.firstIndex { !isDigit($0) } ?? rest.count)
      rest = rest.dropFirst(digits.count)
      var fraction = Text("")
      if !rest.isEmpty, rest[0] == UInt8(ascii: ".") {
        rest = rest.dropFirst()
        fraction = rest.prefix(rest.bytes.firstIndex { !isDigit($0) } ?? rest.count)
        rest = rest.dropFirst(fraction.count)
        guard !fraction.isEmpty else { return nil }
      }
      rest = rest.trimmed
      let name = rest.prefix(rest.bytes.firstIndex { isDigit($0) || Text.isBlank($0) } ?? rest.count)
      rest = rest.dropFirst(name.count).trimmed
      guard let unit = unit(name), let whole = digits.decimal(upTo: Int(Int64.max / unit)) else { return nil }
      var part = Int64(whole) * unit
      var place = unit
      for digit in fraction.bytes {
        place /= 10
        let (sum, overflow) = part.addingReportingOverflow(place * Int64(digit - UInt8(ascii: "0")))
        guard !overflow else { return nil }
        part = sum
      }
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !overflow else { return nil }
      total = sum
    }
    return .time(Interval(nanoseconds: total))
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  /// Nanoseconds.
  private static func unit(_ name: Text) -> Int64? {
    switch true {
    case name.isEmpty, name == "s", name == "sec", name == "second", name == "seconds": 1_000_000_000
    case name == "ms", name == "msec": 1_000_000
    case name == "us", name == "usec": 1000
    case name == "ns", name == "nsec": 1
    case name == "m", name == "min", name == "minute", name == "minutes": 60_000_000_000
    case name == "h", name == "hr", name == "hour", name == "hours": 3_600_000_000_000
    case name == "d", name == "day", name == "days": 86_400_000_000_000
    default: nil
    }
  }

  /// A number of bytes, with K, M, G, T of 1024; `infinity` is all of it.
  public static func size(_ word: Text) -> UInt64? {
    if word == "infinity" { return .max }
    guard !word.isEmpty else { return nil }
    var shift = 0
    switch word[word.count - 1] {
    case UInt8(ascii: "K"): shift = 10
    case UInt8(ascii: "M"): shift = 20
    case UInt8(ascii: "G"): shift = 30
    case UInt8(ascii: "T"): shift = 40
    default: break
    }
    let digits = shift == 0 ? word : word.dropLast()
    return digits.decimal(upTo: Int.max >> shift).map { UInt64($0) << UInt64(shift) }
  }

  public static func signed(_ word: Text, from least: Int, to most: Int) -> Int? {
    let isNegative = word.hasPrefix("-")
    guard let magnitude = (isNegative ? word.dropFirst() : word).decimal(upTo: 1 << 30) else { return nil }
    let value = isNegative ? -magnitude : magnitude
    return value >= least && value <= most ? value : nil
  }

  public static func octal(_ word: Text, upTo limit: UInt32) -> UInt32? {
    guard !word.isEmpty, word.count <= 6 else { return nil }
    var value: UInt32 = 0
    for byte in word.bytes {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "7") else { return nil }
      value = value * 8 + UInt32(byte - UInt8(ascii: "0"))
    }
    return value <= limit ? value : nil
  }

  /// Whether this is a list of processors: `0-3,6`.
  public static func isProcessorList(_ word: Text) -> Bool { ProcessorSet(word) != nil }
}
