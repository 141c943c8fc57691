public import Sys

/// What each exit code becomes.
public struct ExitMap {
  private var table: InlineArray<256, UInt8>

  /// Every code as itself.
  public init() {
    table = InlineArray { UInt8($0) }
  }

  public subscript(code: Int32) -> Int32 {
    get { Int32(table[Int(code & 0xFF)]) }
    set { table[Int(code & 0xFF)] = UInt8(truncatingIfNeeded: newValue) }
  }

  /// Adds `FROM:TO[,FROM:TO…]`.
  public mutating func add(_ list: Text) throws(BadWord) {
    try list.forEachPart(separatedBy: UInt8(ascii: ",")) { (entry) throws(BadWord) in
      guard let (from, to) = entry.cut(at: UInt8(ascii: ":")) else {
        throw BadWord(entry, expected: "FROM:TO, such as 143:0")
      }
      self[try ExitMap.code(from)] = try ExitMap.code(to)
    }
  }

  private static func code(_ word: Text) throws(BadWord) -> Int32 {
    guard let code = word.decimal(upTo: 255) else { throw BadWord(word, expected: "an exit code from 0 to 255") }
    return Int32(code)
  }
}
