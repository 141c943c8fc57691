import Sys

// Files that people write: lines, blanks, comments.
extension Text {
  /// Without blanks at both ends. A carriage return is one: the file may come from another system.
  var trimmed: Text {
    var start = 0
    var end = count
    while start < end, Text.isBlank(self[start]) { start += 1 }
    while end > start, Text.isBlank(self[end - 1]) { end -= 1 }
    return Text(bytes[start..<end])
  }

  static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  /// Calls `body` with each line that says something, without blanks at its ends, and its number from 1. Lines that begin with one of
  /// `comments` are left out.
  func forEachLine(comments: StaticString, _ body: (_ line: Text, _ number: Int) -> Void) {
    var number = 0
    forEachPart(separatedBy: UInt8(ascii: "\n")) { part in
      number += 1
      let line = part.trimmed
      guard !line.isEmpty, Text(comments).firstIndex(of: line[0]) == nil else { return }
      body(line, number)
    }
  }

  /// The first word, and what follows it.
  var firstWord: (word: Text, rest: Text) {
    let line = trimmed
    guard let end = line.bytes.firstIndex(where: Text.isBlank) else { return (line, Text("")) }
    return (line.prefix(end), line.dropFirst(end).trimmed)
  }

  /// Whether this is `directory` or a path below it. Both are plain absolute paths.
  func isAtOrBelow(_ directory: Text) -> Bool {
    if directory == "/" { return hasPrefix("/") }
    return hasPrefix(directory) && (count == directory.count || self[directory.count] == UInt8(ascii: "/"))
  }
}

/// `\040` and its kind, as fstab(5) and /proc/self/mountinfo write blanks, tabs, newlines and backslashes.
enum OctalEscape {
  /// Calls `emit` with each byte that the text stands for. What is no escape stays as it is.
  static func decode(_ text: Text, _ emit: (UInt8) -> Void) {
    var index = 0
    while index < text.count {
      if text[index] == UInt8(ascii: "\\"), index + 3 < text.count, let value = value(text, at: index + 1) {
        emit(value)
        index += 4
      } else {
        emit(text[index])
        index += 1
      }
    }
  }

  static func decoded(_ text: Text) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + 1)
    decode(text) { result.append($0) }
    return result
  }

  /// Three octal digits of one byte; no NUL, which no name can hold.
  private static func value(_ text: Text, at index: Int) -> UInt8? {
    var value = 0
    for place in index..<index + 3 {
      guard text[place] >= UInt8(ascii: "0"), text[place] <= UInt8(ascii: "7") else { return nil }
      value = value << 3 | Int(text[place] - UInt8(ascii: "0"))
    }
    return value == 0 ? nil : UInt8(exactly: value)
  }
}
