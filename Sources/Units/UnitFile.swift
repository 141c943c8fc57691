public import Sys

/// The lines of a unit file, systemd.syntax(7): sections, `key = value`, comments, and lines that go on behind a backslash.
public struct UnitFile {
  public enum Section: Sendable {
    case unit, service
    /// `[Install]` and the `X-` sections, which are others' business.
    case foreign
    case unknown
  }

  /// One assignment.
  public struct Assignment {
    public let section: Section
    public let key: Text
    /// Without blanks at its ends; a backslash and newline in it have become a blank.
    public let value: Text
    /// Where it begins, from 1.
    public let line: Int
  }

  /// What a line is that is no assignment.
  public enum Complaint: Sendable {
    case noSection, unknownSection, noAssignment
  }

  private let text: Text

  /// The text must live as long as what is read from it.
  public init(_ text: Text) { self.text = text }

  /// Calls `assign` with each assignment in order, and `complain` with the lines that are none.
  public func read(assign: (Assignment) -> Void, complain: (Int, Complaint) -> Void) {
    var section: Section?
    var number = 0
    var rest: Text? = text
    while let line = UnitFile.take(&rest, &number) {
      let start = number
      let trimmed = line.trimmed
      if trimmed.isEmpty || UnitFile.isComment(trimmed) { continue }
      if trimmed[0] == UInt8(ascii: "["), trimmed[trimmed.count - 1] == UInt8(ascii: "]") {
        let found = UnitFile.section(trimmed.dropFirst().dropLast())
        if found == .unknown { complain(start, .unknownSection) }
        section = found
        continue
      }
      let whole = UnitFile.continued(line, &rest, &number).trimmed
      guard let (key, value) = whole.cut(at: UInt8(ascii: "=")) else {
        complain(start, .noAssignment)
        continue
      }
      guard let section else {
        complain(start, .noSection)
        continue
      }
      if section == .foreign || section == .unknown { continue }
      assign(Assignment(section: section, key: key.trimmed, value: value.trimmed, line: start))
    }
  }

  /// The next line, without its newline and a carriage return before that.
  private static func take(_ rest: inout Text?, _ number: inout Int) -> Text? {
    guard let text = rest else { return nil }
    number += 1
    var line = text
    if let (before, after) = text.cut(at: UInt8(ascii: "\n")) {
      line = before
      rest = after
    } else {
      rest = nil
    }
    return line.isEmpty || line[line.count - 1] != UInt8(ascii: "\r") ? line : line.dropLast()
  }

  /// A line with those it goes on in. Comments among them are left out.
  private static func continued(_ first: Text, _ rest: inout Text?, _ number: inout Int) -> Text {
    guard first[first.count - 1] == UInt8(ascii: "\\") else { return first }
    var bytes: [UInt8] = []
    var line = first
    while true {
      let goesOn = !line.isEmpty && line[line.count - 1] == UInt8(ascii: "\\")
      bytes.append(contentsOf: (goesOn ? line.dropLast() : line).bytes)
      guard goesOn else { break }
      bytes.append(UInt8(ascii: " "))
      var next = take(&rest, &number)
      while let comment = next, isComment(comment.trimmed) { next = take(&rest, &number) }
      guard let next else { break }
      line = next
    }
    return Text(copying: bytes)
  }

  private static func isComment(_ line: Text) -> Bool {
    !line.isEmpty && (line[0] == UInt8(ascii: "#") || line[0] == UInt8(ascii: ";"))
  }

  private static func section(_ name: Text) -> Section {
    switch true {
    case name == "Unit": .unit
    case name == "Service": .service
    case name == "Install", name.hasPrefix("X-"): .foreign
    default: .unknown
    }
  }
}

extension Text {
  /// A copy of these bytes, a NUL among them, in memory that is never given back.
  init(copying bytes: [UInt8]) {
    let start = UnsafeRawPointer(CString(copying: bytes).pointer).assumingMemoryBound(to: UInt8.self)
    self = Text(UnsafeBufferPointer(start: start, count: bytes.count))
  }

  /// Without blanks at both ends.
  var trimmed: Text {
    var result = self
    while !result.isEmpty, Text.isBlank(result[0]) { result = result.dropFirst() }
    while !result.isEmpty, Text.isBlank(result[result.count - 1]) { result = result.dropLast() }
    return result
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
