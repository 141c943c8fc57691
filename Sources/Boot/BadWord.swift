public import Sys

/// A word that cannot be read, and what was expected in its place.
public struct BadWord: Error {
  public let word: Text
  /// Begins in lower case and fits behind "expected ": "a time such as 5s".
  public let expected: StaticString

  public init(_ word: Text, expected: StaticString) {
    self.word = word
    self.expected = expected
  }
}
