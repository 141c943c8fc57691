import TestSupport
import Testing

@testable import Sys

@Suite struct WaitStatusTests {
  @Test(arguments: [(0x0000, 0), (0x0100, 1), (0x7F00, 127), (0xFF00, 255)] as [(Int32, Int32)]) func exited(
    _ raw: Int32, _ code: Int32
  ) throws {
    guard case .exited(code) = WaitStatus(raw) else { throw Wrong(raw) }
    #expect(WaitStatus(raw).code == code)
  }

  @Test(arguments: [(0x0F, 15, false), (0x09, 9, false), (0x8B, 11, true), (0x40, 64, false)] as [(Int32, Int32, Bool)])
  func signaled(_ raw: Int32, _ number: Int32, _ dumped: Bool) throws {
    guard case .signaled(let signal, let core) = WaitStatus(raw) else { throw Wrong(raw) }
    #expect(signal.rawValue == number)
    #expect((core == .dumped) == dumped)
    #expect(WaitStatus(raw).code == 128 + number)
  }

  @Test(arguments: [(0x137F, 19), (0x147F, 20)] as [(Int32, Int32)]) func stopped(_ raw: Int32, _ number: Int32) throws {
    guard case .stopped(let signal) = WaitStatus(raw) else { throw Wrong(raw) }
    #expect(signal.rawValue == number)
  }

  struct Wrong: Error {
    let raw: Int32
    init(_ raw: Int32) { self.raw = raw }
  }
}
