import TestSupport
import Testing

@testable import Boot
@testable import Sys

@Suite struct BootParametersTests {
  private func read(_ line: String) -> BootParameters { BootParameters(text(line)) }

  @Test func nothing() {
    let parameters = read("")
    #expect(parameters.root == nil)
    #expect(parameters.access == nil)
    #expect(parameters.panic == nil)
    #expect(parameters.test.command == nil)
    #expect(parameters.mistakes.isEmpty)
  }

  @Test func root() {
    let parameters = read("root=UUID=1-2 rootflags=noatime,data=x rootfstype=ext4,xfs ro rw rootdelay=3")
    #expect(parameters.root?.string == "UUID=1-2")
    #expect(parameters.rootFlags.string == "noatime,data=x")
    #expect(parameters.rootTypes.string == "ext4,xfs")
    #expect(parameters.access == .readWrite)
    #expect(parameters.rootDelay == .seconds(3))
  }

  @Test(arguments: [("panic=5", 5), ("panic=0", 0), ("panic=-1", -1), ("panic=5 panic=7", 7)]) func panic(
    _ line: String, _ seconds: Int
  ) {
    #expect(read(line).panic == seconds)
  }

  @Test func rootWait() {
    if case .bounded = read("").rootWait {} else { Issue.record("no rootwait is bounded") }
    if case .forever = read("rootwait").rootWait {} else { Issue.record("rootwait is for ever") }
    if case .atMost(let bound) = read("rootwait=9").rootWait { #expect(bound == .seconds(9)) } else { Issue.record("rootwait=9") }
  }

  @Test func testRun() {
    let parameters = read(
      "swinit.run=\"make 'a b'\" swinit.token=t swinit.exit=debug-exit swinit.timeout=90s swinit.mount=a:/b:ro swinit.mount=c:/d")
    #expect(parameters.test.command?.string == "make 'a b'")
    #expect(parameters.test.token.string == "t")
    #expect(parameters.test.timeout == .seconds(90))
    #expect(parameters.test.mounts.map(\.string) == ["a:/b:ro", "c:/d"])
    #expect(parameters.mistakes.isEmpty)
  }

  @Test(arguments: [("0x8000000", UInt64(0x800_0000)), ("0x1000", 0x1000), ("0xabcdef000", 0xA_BCDE_F000)])
  func window(_ word: String, _ address: UInt64) {
    #expect(read("swinit.window=\(word)").test.window == address)
  }

  @Test(arguments: ["", "8000000", "0x", "0x1001", "0xg000", "0x11111111111111111"]) func noWindow(_ word: String) {
    let parameters = read("swinit.window=\(word)")
    #expect(parameters.test.window == nil && parameters.mistakes.count == 1)
  }

  @Test func variablesAndNetwork() {
    let parameters = read("swinit.env=A=b swinit.net=user swinit.hostname=h swinit.env=nothing")
    #expect(parameters.test.variables.map { String(cString: $0.pointer) } == ["A=b"])
    #expect(parameters.test.network == .user && parameters.test.hostName?.string == "h")
    #expect(parameters.mistakes.count == 1)
  }

  @Test func wordsBehindTheDashes() {
    let parameters = read("quiet -- sh -c \"echo a b\" k=v -- lost")
    #expect(parameters.wordsForCommand.map(\.text.string) == ["sh", "-c", "echo a b", "k=v"])
    #expect(read("root=/dev/x -- root=/dev/y").root?.string == "/dev/x")
  }

  @Test(arguments: ["swinit.frob", "swinit.frob=1", "swinit.timeout=x", "swinit.chain=new", "swinit.wait=infinity"])
  func mistakes(_ line: String) {
    #expect(read(line).mistakes.count == 1)
  }
}
