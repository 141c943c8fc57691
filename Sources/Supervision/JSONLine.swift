import Sys

/// A worker's line as a JSON object on a line of its own:
///
///     {"time":"2026-01-02T03:04:05.678901Z","worker":"a","pid":17,"message":"…"}
///
/// Every line is JSON whatever the worker says: bytes that are not UTF-8 are written as the code point of the same number. A message whose
/// escapes make it too long for one write(2) is several objects.
struct JSONLine {
  private(set) var bytes: [UInt8] = []
  /// PIPE_BUF.
  static let limit = 4096

  /// Fills it with as much of `message` from `start` on as there is room for, and says where the rest begins. A process of 0 is not named.
  mutating func write(_ message: [UInt8], from start: Int, time: WallTime, worker: Text, process: Int32) -> Int {
    bytes.removeAll(keepingCapacity: true)
    add("{\"time\":\"")
    add(time)
    add("\",\"worker\":\"")
    bytes.append(contentsOf: worker.bytes)
    if process > 0 {
      add("\",\"pid\":")
      add(Int(process), digits: 1)
      add(",\"message\":\"")
    } else {
      add("\",\"message\":\"")
    }
    var place = start
    // Six bytes are the longest that one byte becomes; three end the object.
    while place < message.count, bytes.count + 6 + 3 <= JSONLine.limit { place += add(message, place) }
    add("\"}\n")
    return place
  }

  /// Adds a character, and says how many bytes it had.
  private mutating func add(_ message: [UInt8], _ place: Int) -> Int {
    let byte = message[place]
    let length = JSONLine.character(message, place)
    if length > 1 {
      bytes.append(contentsOf: message[place..<place + length])
      return length
    }
    if length == 0 || byte < 0x20 || byte == 0x7F {
      add("\\u00")
      bytes.append(JSONLine.digit(byte >> 4))
      bytes.append(JSONLine.digit(byte & 15))
    } else {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte)
    }
    return 1
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value }

  /// How many bytes the character of UTF-8 has that begins here; 0: none does. Neither a longer form than the shortest, nor a surrogate,
  /// nor what is behind the last code point is one.
  static func character(_ text: [UInt8], _ place: Int) -> Int {
    let first = text[place]
    let (length, low, high): (Int, UInt8, UInt8)
    switch first {
    case 0..<0x80: return 1
    case 0xC2..<0xE0: (length, low, high) = (2, 0x80, 0xBF)
    case 0xE0: (length, low, high) = (3, 0xA0, 0xBF)
    case 0xED: (length, low, high) = (3, 0x80, 0x9F)
    case 0xE1..<0xF0: (length, low, high) = (3, 0x80, 0xBF)
    case 0xF0: (length, low, high) = (4, 0x90, 0xBF)
    case 0xF1..<0xF4: (length, low, high) = (4, 0x80, 0xBF)
    case 0xF4: (length, low, high) = (4, 0x80, 0x8F)
    default: return 0
    }
    guard place + length <= text.count, text[place + 1] >= low, text[place + 1] <= high else { return 0 }
    for next in place + 2..<place + length where text[next] & 0xC0 != 0x80 { return 0 }
    return length
  }

  /// How many bytes at the end are the begin of a character that goes on behind it.
  static func unfinished(_ text: [UInt8]) -> Int {
    for count in 1..<4 where count < text.count {
      let byte = text[text.count - count]
      if byte & 0xC0 == 0x80 { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > count ? count : 0
    }
    return 0
  }

  private mutating func add(_ literal: StaticString) { bytes.append(contentsOf: Text(literal).bytes) }

  private mutating func add(_ number: Int, digits: Int) {
    if number >= 10 || digits > 1 { add(number / 10, digits: digits - 1) }
    bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
  }

  /// RFC 3339, in UTC.
  private mutating func add(_ time: WallTime) {
    // Days are counted from a first of March, so that the odd day is a year's last: years of 400 repeat.
    let microseconds = max(0, time.nanoseconds / 1000)
    let seconds = Int(microseconds / 1_000_000)
    let days = seconds / 86400 + 719_468
    let era = days / 146_097
    let day = days % 146_097
    let year = (day - day / 1460 + day / 36524 - day / 146_096) / 365
    let dayOfYear = day - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    add(era * 400 + year + (month >= 10 ? 1 : 0), digits: 4)
    add("-")
    add(month < 10 ? month + 3 : month - 9, digits: 2)
    add("-")
    add(dayOfYear - (153 * month + 2) / 5 + 1, digits: 2)
    add("T")
    add(seconds / 3600 % 24, digits: 2)
    add(":")
    add(seconds / 60 % 60, digits: 2)
    add(":")
    add(seconds % 60, digits: 2)
    add(".")
    add(Int(microseconds % 1_000_000), digits: 6)
    add("Z")
  }
}
