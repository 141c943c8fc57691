import TestSupport
import Testing

@testable import Supervision
@testable import Sys
@testable import Wire

/// Messages of sd_notify(3): what counts of them.
@Suite struct NotificationTests {
  private func read(_ message: String) throws -> Notification { try #require(Notification(text(message))) }

  @Test func severalFields() throws {
    let said = try read(
      "READY=1\nSTATUS=warm\nMAINPID=17\nWATCHDOG=1\nEXTEND_TIMEOUT_USEC=5000000\nWATCHDOG_USEC=2000\nX_OTHER=1\n\nnothing\n")
    #expect(said.phase == .ready)
    #expect(said.status?.string == "warm")
    #expect(said.mainProcess == ProcessID(17))
    #expect(said.watchdog == .ping)
    #expect(said.extensionTime == .seconds(5))
    #expect(said.watchdogTime == .milliseconds(2))
    #expect(said.store == nil)
  }

  @Test(
    arguments: [
      ("READY=1\nSTOPPING=1", .stopping), ("STOPPING=1\nREADY=1", .ready), ("RELOADING=1", .reloading), ("READY=0", nil),
      ("READY=1 ", nil), ("ready=1", nil), ("STOPPING=", nil), ("READY", nil),
    ] as [(String, Notification.Phase?)]) func phases(_ message: String, _ phase: Notification.Phase?) throws
  {
    #expect(try read(message).phase == phase)
  }

  @Test func theFirstOfSeveralCounts() throws {
    let said = try read("STATUS=a\nSTATUS=b\nMAINPID=1\nMAINPID=2\nWATCHDOG=trigger\nWATCHDOG=1\nFDNAME=x\nFDNAME=y")
    #expect(said.status?.string == "a")
    #expect(said.mainProcess == ProcessID(1))
    #expect(said.watchdog == .trigger)
    #expect(said.descriptorName?.string == "x")
  }

  @Test(arguments: ["MAINPID=", "MAINPID=-1", "MAINPID=x", "MAINPID=4194305", "MAINPID=99999999999999999999", "MAINPID=1.0"])
  func badNumbers(_ message: String) throws { #expect(try read(message).mainProcess == nil) }

  @Test func numbersAtTheirEdge() throws {
    #expect(try read("MAINPID=4194304").mainProcess == ProcessID(1 << 22))
    #expect(try read("WATCHDOG_USEC=\(1 << 50)").watchdogTime == Interval(nanoseconds: (1 << 50) * 1000))
    #expect(try read("WATCHDOG_USEC=\(1 << 50 + 1)").watchdogTime == nil)
  }

  @Test func descriptors() throws {
    let kept = try read("FDSTORE=1\nFDNAME=db\nFDPOLL=0")
    #expect(kept.store == .keep && kept.polling == .left && kept.descriptorName?.string == "db")
    let plain = try read("FDSTORE=1")
    #expect(plain.store == .keep && plain.polling == .watched && plain.descriptorName == nil)
    #expect(try read("FDSTOREREMOVE=1\nFDNAME=db\nFDSTORE=1").store == .remove, "as systemd has it")
    #expect(try read("FDSTORE=0").store == nil)
    let longest = String(repeating: "n", count: 255)
    #expect(try read("FDNAME=\(longest)").descriptorName?.string == longest)
    for bad in ["a:b", "a\tb", "ä", longest + "n"] { #expect(try read("FDNAME=\(bad)").descriptorName == nil, "\(bad)") }
  }

  @Test func aBarrierStandsAlone() throws {
    #expect(Notification(text("BARRIER=1")) != nil)
    #expect(Notification(text("BARRIER=1\n")) != nil)
    #expect(Notification(text("BARRIER=1\nREADY=1")) == nil)
    #expect(Notification(text("READY=1\nBARRIER=1")) == nil)
  }

  @Test func nulBytes() throws {
    #expect(try read("READY=1\0").phase == .ready, "one at the end is let pass")
    #expect(Notification(text("READY=1\0\0")) == nil)
    #expect(Notification(text("STATUS=a\0b\nREADY=1")) == nil)
  }

  @Test func statusIsText() throws {
    #expect(try read("STATUS=größer").status?.string == "größer")
    #expect(try read("STATUS=").status?.isEmpty == true, "which takes the old one away")
    var bytes = Array("STATUS=".utf8)
    bytes += [0xC3, 0x28]
    #expect(try #require(Notification(text(bytes))).status == nil)
    // Cut before a character, never in it.
    let long = String(repeating: "x", count: 255) + "ä"
    #expect(try read("STATUS=\(long)").status?.count == 255)
    let fits = String(repeating: "x", count: 254) + "ä"
    #expect(try read("STATUS=\(fits)yy").status?.string == fits)
  }

  @Test(
    arguments: [
      ([0x41], true), ([0xC2, 0x80], true), ([0xC1, 0x80], false), ([0xE0, 0x80, 0x80], false), ([0xE0, 0xA0, 0x80], true),
      ([0xED, 0xA0, 0x80], false), ([0xED, 0x9F, 0xBF], true), ([0xF0, 0x90, 0x80, 0x80], true),
      ([0xF0, 0x80, 0x80, 0x80], false),
      ([0xF4, 0x8F, 0xBF, 0xBF], true), ([0xF4, 0x90, 0x80, 0x80], false), ([0xF5, 0x80, 0x80, 0x80], false), ([0x80], false),
      ([0xE2, 0x82], false), ([0xE2, 0x82, 0xAC, 0x41], true), ([0xFF], false),
    ] as [([UInt8], Bool)]) func utf8(_ bytes: [UInt8], _ isGood: Bool)
  {
    #expect(text(bytes).isUTF8 == isGood)
    #expect((String(validating: bytes, as: UTF8.self) != nil) == isGood, "the library agrees")
  }

  /// Any bytes are read without an end of the process.
  @Test func anyBytes() {
    var random = SplitMix(seed: 8)
    let words = ["READY=1", "STATUS=", "FDNAME=", "MAINPID=", "BARRIER=1", "\n", "=", "\u{0}", "9", "ä"]
    for _ in 0..<20000 {
      var message: [UInt8] = []
      for _ in 0..<Int(random.next() % 8) {
        message +=
          random.next() % 4 == 0 ? [UInt8(truncatingIfNeeded: random.next())] : Array(words.randomElement(using: &random)!.utf8)
      }
      _ = Notification(text(message))
    }
  }
}
