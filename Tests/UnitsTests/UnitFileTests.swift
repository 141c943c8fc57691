import TestSupport
import Testing

@testable import Sys
@testable import Units

/// Lines of unit files, systemd.syntax(7).
@Suite struct UnitFileTests {
  private func read(_ file: String) -> [String] {
    var result: [String] = []
    UnitFile(text(file)).read(
      assign: { result.append("\($0.line) \($0.section) \($0.key.string)=\($0.value.string)") },
      complain: { result.append("\($0) \($1)") })
    return result
  }

  @Test(
    arguments: [
      ("[Service]\nA=1\n", ["2 service A=1"]),
      ("[Service]\n  A =  1 2  \n", ["2 service A=1 2"]),
      ("[Unit]\nA=\n", ["2 unit A="]),
      ("# c\n; c\n\n[Service]\n#A=1\nB=2", ["6 service B=2"]),
      ("[Service]\nA=x \\\n  y\nB=2\n", ["2 service A=x    y", "4 service B=2"]),
      ("[Service]\nA=x\\\n# comment\n;comment\ny\n", ["2 service A=x y"]),
      ("[Service]\nA=x\\", ["2 service A=x"]),
      ("[Service]\nA=1#2 ; 3", ["2 service A=1#2 ; 3"]),
      ("[Service]\r\nA=1\r\n", ["2 service A=1"]),
      ("A=1\n", ["1 noSection"]),
      ("[Nope]\nA=1\n", ["1 unknownSection"]),
      ("[Install]\nWantedBy=x\n[X-Mine]\nA=1", []),
      ("[Service]\nnonsense\n", ["2 noAssignment"]),
      ("[Service]\nA=b=c", ["2 service A=b=c"]),
      ("", []),
    ] as [(String, [String])]) func lines(_ file: String, _ expected: [String])
  { #expect(read(file) == expected) }

  @Test(
    arguments: [
      ("a b", ["a", "b"]), ("  a   b\t", ["a", "b"]), ("'a b' \"c d\"", ["a b", "c d"]), ("a'b c'd", ["ab cd"]),
      (#"a\ b"#, nil), (#"a\sb"#, ["a b"]), (#""\x41\102\n\\""#, ["AB\n\\"]), (#"'a"b' "a'b""#, ["a\"b", "a'b"]), ("''", [""]),
      ("'a", nil), (#"\x4"#, nil), (#"\x00"#, nil), (#"a\000b"#, nil), (#"\001"#, ["\u{1}"]), (#"a\"#, nil), ("", []),
    ] as [(String, [String]?)]) func words(_ value: String, _ expected: [String]?)
  {
    #expect((try? Words.split(text(value)))?.map(\.string) == expected)
  }

  @Test(
    arguments: [
      ("5", .time(.seconds(5))), ("5s", .time(.seconds(5))), ("500ms", .time(.milliseconds(500))),
      ("1min 30s", .time(.seconds(90))),
      ("1min30s", .time(.seconds(90))), ("1.5s", .time(.milliseconds(1500))), ("2 h", .time(.seconds(7200))),
      ("infinity", .infinite),
      ("", nil), ("x", nil), ("5x", nil), ("-5", nil), ("1.", nil), ("99999999999999999999", nil), ("9999999999999d", nil),
    ] as [(String, Values.Span?)]) func spans(_ word: String, _ expected: Values.Span?)
  {
    #expect(Values.span(text(word)) == expected)
  }

  @Test(
    arguments: [
      ("0", 0), ("10", 10), ("1K", 1024), ("2M", 2 << 20), ("1G", 1 << 30), ("infinity", .max), ("", nil), ("K", nil),
      ("1X", nil),
      ("99999999999999999999", nil), ("9999999999T", nil),
    ] as [(String, UInt64?)]) func sizes(_ word: String, _ expected: UInt64?)
  { #expect(Values.size(text(word)) == expected) }

  @Test(arguments: ["0", "0-3", "0-3,6", "1023"]) func processors(_ word: String) { #expect(Values.isProcessorList(text(word))) }
  @Test(arguments: ["", "a", "3-1", "1-", "-1", "1024", "1,,2"]) func noProcessors(_ word: String) {
    #expect(!Values.isProcessorList(text(word)))
  }

  /// Whatever the bytes, something is read and nothing traps.
  @Test func anyBytes() {
    var random = SplitMix(seed: 11)
    let alphabet = Array("[]=\\\n\r'\"#; \tServiceUnitx0-9\u{0}ü".utf8)
    for _ in 0..<5000 {
      var bytes = Array("[Service]\nExecStart=a\n".utf8)
      for _ in 0..<(random.next() % 60) { bytes.append(alphabet[Int(random.next() % UInt64(alphabet.count))]) }
      _ = Definition(text(bytes)) { _, _ in }
    }
  }
}
