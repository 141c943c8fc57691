import TestSupport
import Testing

@testable import Boot
@testable import Sys

@Suite struct ExitChannelTests {
  private func said(_ word: String) -> String {
    do throws(BadWord) {
      switch try ExitChannel(text(word)) {
      case .none: return "none"
      case .debugExit(let port): return "port \(port)"
      case .device(let path): return path.text.string
      case .port(let name): return "virtio \(name.string)"
      }
    } catch { return "bad \(error.word.string)" }
  }

  @Test(arguments: [
    ("auto", "none"), ("none", "none"), ("debug-exit", "port 244"), ("debug-exit:0x501", "port 1281"),
    ("debug-exit:80", "port 80"),
    ("debug-exit:0xFFFF", "port 65535"), ("tty:/dev/ttyS1", "/dev/ttyS1"), ("port:org.test", "virtio org.test"),
  ]) func valid(_ word: String, _ expected: String) { #expect(said(word) == expected) }

  @Test(arguments: [
    ("", ""), ("AUTO", "AUTO"), ("auto:1", "auto:1"), ("debug-exit:", ""), ("debug-exit:0x", "0x"),
    ("debug-exit:0x10000", "0x10000"),
    ("debug-exit:65536", "65536"), ("debug-exit:0xg", "0xg"), ("tty:", "tty:"), ("tty:ttyS1", "tty:ttyS1"), ("port:", "port:"),
  ]) func invalid(_ word: String, _ named: String) { #expect(said(word) == "bad \(named)") }
}
