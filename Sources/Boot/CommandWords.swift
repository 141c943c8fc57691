public import Sys

/// A hook's command line, split into words: blanks separate, '…' and "…" and \ keep them. There is no shell in it.
public struct CommandWords {
  public let words: [CString]

  public init(_ line: Text) throws(BadWord) {
    var words: [CString] = []
    var word: [UInt8] = []
    var inWord = false
    var quote: UInt8?
    var isEscaped = false
    for byte in line.bytes {
      if isEscaped {
        word.append(byte)
        isEscaped = false
      } else if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'") {
        isEscaped = true
        inWord = true
      } else if let open = quote {
        if byte == open { quote = nil } else { word.append(byte) }
      } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        quote = byte
        inWord = true
      } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n") {
        if inWord { words.append(CommandWords.copy(word)) }
        word.removeAll()
        inWord = false
      } else {
        word.append(byte)
        inWord = true
      }
    }
    if quote != nil || isEscaped { throw BadWord(line, expected: "words with every quote closed") }
    if inWord { words.append(CommandWords.copy(word)) }
    if words.isEmpty { throw BadWord(line, expected: "a command") }
    self.words = words
  }

  private static func copy(_ word: [UInt8]) -> CString { word.withUnsafeBufferPointer { CString(copying: Text($0)) } }
}
