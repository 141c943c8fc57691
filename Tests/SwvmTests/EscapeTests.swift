import Testing

@testable import swvm

/// swvm's own keys among what is typed.
@Suite struct EscapeTests {
  @Test func filtered() {
    var escape = Escape()
    #expect(escape.filter(Array("abc".utf8)).bytes == Array("abc".utf8))
    // Ctrl-A waits for the next key, in the same read or another.
    #expect(escape.filter([1]).bytes == [])
    #expect(escape.filter(Array("b".utf8)).bytes == [1, 0x62])
    #expect(escape.filter([1, 1, 0x63]).bytes == [1, 0x63])
    #expect(escape.filter([0x64, 1, 0x78]).meaning == .leave)
  }

  @Test func xAloneStays() {
    var escape = Escape()
    let result = escape.filter(Array("x".utf8))
    #expect(result.bytes == Array("x".utf8) && result.meaning == nil)
  }
}
