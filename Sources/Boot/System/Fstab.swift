public import Sys

/// /etc/fstab, fstab(5), in the reading of libmount: fields between blanks, `\040` for a blank in one, `#` for a line that is a comment.
/// Fields behind the third may be missing.
public struct Fstab {
  /// One line.
  public struct Entry {
    /// From 1.
    public let line: Int
    /// As it stands there, escapes undone: `UUID=…`, /dev/vda1, tmpfs.
    public let source: CString
    /// A plain absolute path. "none" for swap.
    public let target: CString
    /// A file system, several with commas between, or `auto`.
    public let type: CString
    public let options: FstabOptions

    public var isSwap: Bool { type.text == "swap" }
    public var isRoot: Bool { target.text == "/" && !isSwap }
  }

  public struct Mistake {
    public let line: Int
    public let error: BadWord
  }

  public private(set) var entries: [Entry] = []
  public private(set) var mistakes: [Mistake] = []

  public static let path: CString = "/etc/fstab"
  /// Nobody writes so many; a file that does is no fstab.
  static let longest = 4096

  public init(_ file: Text) {
    file.forEachLine(comments: "#") { line, number in
      do throws(BadWord) {
        guard entries.count < Fstab.longest else { throw BadWord(line, expected: "at most 4096 file systems") }
        if let entry = try Fstab.entry(line, number) { entries.append(entry) }
      } catch {
        mistakes.append(Mistake(line: number, error: error))
      }
    }
  }

  private static func entry(_ line: Text, _ number: Int) throws(BadWord) -> Entry? {
    guard line.firstIndex(of: 0) == nil else { throw BadWord(line, expected: "a line without NUL") }
    let (source, behindSource) = sourceWord(line)
    let (target, behindTarget) = behindSource.firstWord
    let (type, behindType) = behindTarget.firstWord
    let (options, numbers) = behindType.firstWord
    guard !type.isEmpty else { throw BadWord(line, expected: "a device, a directory, a type and options") }
    if type == "ignore" { return nil }
    var rest = numbers
    for _ in 0..<2 {
      let (word, behind) = rest.firstWord
      guard word.isEmpty || word.decimal(upTo: 1 << 30) != nil else { throw BadWord(word, expected: "a number") }
      rest = behind
    }
    let isSwap = type == "swap"
    let place = CString(copying: OctalEscape.decoded(target))
    return Entry(
      line: number,
      source: CString(copying: OctalEscape.decoded(source)),
      target: isSwap ? CString("none") : try plainPath(place.text),
      type: CString(copying: OctalEscape.decoded(type)),
      options: try FstabOptions(Text(CString(copying: OctalEscape.decoded(options)).text.bytes), isSwap ? .swap : .fileSystem))
  }

  /// The first field. Behind `LABEL=` and its kind a quoted value may have blanks in it.
  private static func sourceWord(_ line: Text) -> (Text, Text) {
    let (word, rest) = line.firstWord
    guard let equals = word.firstIndex(of: UInt8(ascii: "=")), equals + 1 < word.count,
      word[equals + 1] == UInt8(ascii: "\"") || word[equals + 1] == UInt8(ascii: "'"), !word.hasPrefix("/")
    else { return (word, rest) }
    let value = line.dropFirst(equals + 2)
    guard let end = value.firstIndex(of: word[equals + 1]) else { return (word, rest) }
    let length = equals + 2 + end + 1
    guard length == line.count || Text.isBlank(line[length]) else { return (word, rest) }
    return (line.prefix(length), line.dropFirst(length).trimmed)
  }

  /// Without doubled and closing slashes and `.`, so that parents can be told. `..` would make that impossible.
  static func plainPath(_ path: Text) throws(BadWord) -> CString {
    guard path.hasPrefix("/"), path.count < 4096 else { throw BadWord(path, expected: "a path that begins with /") }
    var plain: [UInt8] = []
    var climbs = false
    path.forEachPart(separatedBy: UInt8(ascii: "/")) { part in
      if part == ".." { climbs = true }
      if part.isEmpty || part == "." { return }
      plain.append(UInt8(ascii: "/"))
      plain += part.bytes
    }
    guard !climbs else { throw BadWord(path, expected: "a path without ..") }
    return plain.isEmpty ? CString("/") : CString(copying: plain)
  }
}

extension Fstab {
  /// What is to be mounted, in an order that works: that of the file, but for a parent that stands behind its child, and for a file
  /// system that a bind mount takes its source from. The root and swap are apart; `noauto` is left out.
  public var mountPlan: [Entry] {
    let list = entries.filter { !$0.isSwap && !$0.isRoot && $0.options.start == .automatic }
    var order = Order(list)
    for index in list.indices { order.visit(index) }
    return order.plan
  }

  public var swaps: [Entry] { entries.filter { $0.isSwap && $0.options.start == .automatic } }

  /// The last line for `/`.
  public var root: Entry? { entries.last { $0.isRoot } }

  /// Depth first over what an entry needs.
  private struct Order {
    private let list: [Entry]
    private var isSeen: [Bool]
    private(set) var plan: [Entry] = []

    init(_ list: [Entry]) {
      self.list = list
      isSeen = [Bool](repeating: false, count: list.count)
    }

    mutating func visit(_ index: Int) {
      // Two that need each other end here as well: the one that comes first in the file waits.
      guard !isSeen[index] else { return }
      isSeen[index] = true
      for other in list.indices where !isSeen[other] && needs(list[index], list[other]) { visit(other) }
      plan.append(list[index])
    }

    private func needs(_ entry: Entry, _ other: Entry) -> Bool {
      let place = other.target.text
      let target = entry.target.text
      if target.count > place.count, target.isAtOrBelow(place) { return true }
      return entry.options.form != .fileSystem && entry.source.text.isAtOrBelow(place) && !(target == place)
    }
  }
}
