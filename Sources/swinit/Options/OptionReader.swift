import Boot
import Sys

/// Options as getopt_long(3) reads them for the personalities: letters alone or in groups, values attached or separate, long names.
/// They end at the first word that is not one.
struct OptionReader {
  struct Long {
    let name: StaticString
    let letter: UInt8
  }

  private let arguments: SpawnRequest.Vector
  /// As for getopt(3): letters, those with a value followed by ':'.
  private let letters: Text
  private let long: [Long]
  private var index = 1
  /// What is left of a group of letters.
  private var group: CString?

  init(_ arguments: SpawnRequest.Vector, letters: StaticString, long: [Long]) {
    self.arguments = arguments
    self.letters = Text(letters)
    self.long = long
  }

  /// The command: what stands behind the options. nil when there is none.
  var command: SpawnRequest.Vector? { arguments[index] == nil ? nil : arguments + index }

  /// Takes the next word, whatever it is; nil at the end. Options may follow it.
  mutating func nextOperand() -> CString? {
    guard let word else { return nil }
    index += 1
    return word
  }

  private var word: CString? { arguments[index].map { CString(at: UnsafePointer($0)) } }
  private var programName: CString { CString(at: UnsafePointer(arguments[0]!)) }

  /// The next option's letter and its value; nil at the end.
  mutating func next() throws(UsageError) -> (letter: UInt8, value: CString?)? {
    if group == nil {
      guard let word, word.text.hasPrefix("-"), word.text.count > 1 else { return nil }
      index += 1
      if word.text == "--" { return nil }
      if word.text.hasPrefix("--") { return try longOption(word) }
      group = word.dropFirst(1)
    }
    guard let letters = group else { return nil }
    let letter = letters.text[0]
    let rest = letters.dropFirst(1)
    group = rest.isEmpty ? nil : rest
    guard let place = self.letters.firstIndex(of: letter), letter != UInt8(ascii: ":") else {
      throw UsageError("\(programName): invalid option -- '\(letters.text.prefix(1))'", exitCode: 1)
    }
    guard takesValue(place) else { return (letter, nil) }
    let attached = group
    group = nil
    let name = letters.text.prefix(1)
    return (letter, try value(attached, missing: "option requires an argument -- '\(name)'"))
  }

  private func takesValue(_ place: Int) -> Bool { place + 1 < letters.count && letters[place + 1] == UInt8(ascii: ":") }

  private mutating func value(_ attached: CString?, missing: @autoclosure () -> Message) throws(UsageError) -> CString {
    if let attached { return attached }
    guard let word else {
      throw UsageError("\(programName): \(missing())", exitCode: 1)
    }
    index += 1
    return word
  }

  /// A long name, or the beginning of one that fits no other.
  private mutating func longOption(_ word: CString) throws(UsageError) -> (letter: UInt8, value: CString?) {
    let text = word.text.dropFirst(2)
    let name = text.cut(at: UInt8(ascii: "="))?.before ?? text
    let attached = name.count == text.count ? nil : word.dropFirst(2 + name.count + 1)
    var found: Long?
    var matches = 0
    for option in long where Text(option.name).hasPrefix(name) {
      found = option
      matches += 1
      if name == option.name {
        matches = 1
        break
      }
    }
    guard let option = found, !name.isEmpty else {
      throw UsageError("\(programName): unrecognized option '\(word)'", exitCode: 1)
    }
    guard matches == 1 else { throw UsageError("\(programName): option '\(word)' is ambiguous", exitCode: 1) }
    guard let place = letters.firstIndex(of: option.letter), takesValue(place) else {
      if attached != nil {
        throw UsageError("\(programName): option '--\(option.name)' doesn't allow an argument", exitCode: 1)
      }
      return (option.letter, nil)
    }
    return (option.letter, try value(attached, missing: "option '--\(option.name)' requires an argument"))
  }
}

extension Environment {
  /// Whether a switch of a peer is on. They take its mere presence; nobody who writes 0 means on.
  func isOn(_ name: StaticString) -> Bool {
    guard let text = value(name)?.text else { return false }
    return !(text.isEmpty || text == "0" || text.matchesIgnoringCase("no") || text.matchesIgnoringCase("false"))
  }
}
