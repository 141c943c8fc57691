import TestSupport
import Testing

@testable import Boot
@testable import Sys

@Suite struct SignalRewritesTests {
  @Test(arguments: 1...64) func everySignalIsItselfAtFirst(_ number: Int) throws {
    let signal = try #require(Signal(number: number))
    #expect(SignalRewrites()[signal] == signal)
  }

  @Test(
    arguments: [
      ("TERM:QUIT", 15, 3), ("15:3", 15, 3), ("sigterm:sigquit", 15, 3), ("TERM:0", 15, nil), ("RTMIN+3:TERM", 37, 15),
      ("USR1:RTMAX", 10, 64),
      ("TERM:KILL", 15, 9), ("TERM:QUIT,INT:TERM", 2, 15), ("TERM:QUIT,TERM:INT", 15, 2), ("TERM:TERM", 15, 15),
      ("TSTP:STOP", 20, 19), ("64:1", 64, 1),
    ] as [(String, Int, Int?)])
  func valid(_ list: String, _ from: Int, _ to: Int?) throws {
    var rewrites = SignalRewrites()
    try rewrites.add(text(list))
    #expect(rewrites[Signal(number: from)!] == to.flatMap { Signal(number: $0) })
    #expect(rewrites[.hangup] == .hangup, "others stay")
  }

  @Test(
    arguments: [
      ("", ""), ("TERM", "TERM"), ("TERM:QUIT,", ""), (",TERM:QUIT", ""), ("TERM:", ""), (":TERM", ""), ("XYZ:TERM", "XYZ"),
      ("TERM:XYZ", "XYZ"),
      ("KILL:TERM", "KILL"), ("9:TERM", "9"), ("STOP:0", "STOP"), ("SIGCHLD:TERM", "SIGCHLD"), ("CLD:TERM", "CLD"),
      ("0:TERM", "0"), ("65:TERM", "65"),
      ("TERM:65", "65"), ("RTMIN+31:TERM", "RTMIN+31"), ("TERM:QUIT:INT", "QUIT:INT"), ("TERM:QUIT, INT:TERM", " INT"),
    ] as [(String, String)])
  func invalid(_ list: String, _ named: String) {
    var rewrites = SignalRewrites()
    let error = #expect(throws: BadWord.self) { try rewrites.add(text(list)) }
    #expect(error.map { $0.word == text(named) } == true)
  }
}
