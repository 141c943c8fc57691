import TestSupport
import Testing

@testable import Boot
@testable import Sys

@Suite struct CommandWordsTests {
  @Test(
    arguments: [
      ("a", ["a"]), ("  a  b\tc\nd ", ["a", "b", "c", "d"]), ("'a b'", ["a b"]), ("\"a b\"", ["a b"]), ("a\\ b", ["a b"]),
      ("a'b c'd", ["ab cd"]), ("a ''", ["a", ""]),
      ("\"\"", [""]), ("'a\\b'", ["a\\b"]), ("\"a\\\"b\"", ["a\"b"]), ("\"it's\"", ["it's"]), ("'say \"x\"'", ["say \"x\""]),
      ("\\'", ["'"]), ("\\\\", ["\\"]),
      ("a \\\nb", ["a", "\nb"]), ("$HOME *.c | x", ["$HOME", "*.c", "|", "x"]), ("é \u{A0}", ["é", "\u{A0}"]),
      ("sh -c 'exit 3'", ["sh", "-c", "exit 3"]),
    ] as [(String, [String])])
  func valid(_ line: String, _ expected: [String]) throws {
    #expect(try CommandWords(text(line)).words.map(\.string) == expected)
  }

  @Test(
    arguments: [
      ("", "a command"), ("  \t\n", "a command"), ("'a", "words with every quote closed"),
      ("a \"b", "words with every quote closed"),
      ("a\\", "words with every quote closed"), ("'a\\'b'", "words with every quote closed"),
    ] as [(String, String)])
  func invalid(_ line: String, _ expected: String) {
    let error = #expect(throws: BadWord.self) { try CommandWords(text(line)) }
    #expect(error.map { $0.word == text(line) } == true)
    #expect(error.map { Text($0.expected).string } == expected)
  }
}
