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
