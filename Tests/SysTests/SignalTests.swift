import TestSupport
import Testing

@testable import Sys

@Suite struct SignalTests {
  static let names: [(String, Int32)] = [
    ("HUP", 1), ("INT", 2), ("QUIT", 3), ("ILL", 4), ("TRAP", 5), ("ABRT", 6), ("BUS", 7), ("FPE", 8), ("KILL", 9), ("USR1", 10),
    ("SEGV", 11), ("USR2", 12), ("PIPE", 13), ("ALRM", 14), ("TERM", 15), ("STKFLT", 16), ("CHLD", 17), ("CONT", 18),
    ("STOP", 19),
    ("TSTP", 20), ("TTIN", 21), ("TTOU", 22), ("URG", 23), ("XCPU", 24), ("XFSZ", 25), ("VTALRM", 26), ("PROF", 27),
    ("WINCH", 28),
    ("IO", 29), ("PWR", 30), ("SYS", 31),
  ]

  private func name(_ number: Int) -> String {
    var message = Message()
    Signal(number: number)!.appendName(to: &message)
    return message.string
  }

  @Test(arguments: names) func everyNameInEachForm(_ name: String, _ number: Int32) {
    for form in [name, "SIG" + name, name.lowercased(), "sig" + name.lowercased(), "SiG" + name, "\(number)"] {
      #expect(Signal(text(form))?.rawValue == number, "\(form)")
    }
    #expect(self.name(Int(number)) == name)
  }

  @Test(arguments: [("POLL", 29), ("SIGPOLL", 29), ("IOT", 6), ("CLD", 17), ("sigcld", 17)] as [(String, Int32)])
  func otherNames(_ name: String, _ number: Int32) { #expect(Signal(text(name))?.rawValue == number) }

  @Test(
    arguments: [
      ("RTMIN", 34), ("SIGRTMIN", 34), ("rtmin", 34), ("RTMIN+0", 34), ("RTMIN+3", 37), ("SIGRTMIN+3", 37), ("sigrtmin+15", 49),
      ("RTMIN+30", 64),
      ("RTMAX", 64), ("RTMAX-0", 64), ("RTMAX-14", 50), ("SIGRTMAX-1", 63), ("RTMAX-30", 34), ("64", 64), ("32", 32), ("33", 33),
      ("34", 34),
      ("015", 15),
    ] as [(String, Int32)])
  func realTimeAndNumbers(_ word: String, _ number: Int32) { #expect(Signal(text(word))?.rawValue == number) }

  @Test(arguments: [
    "", "0", "65", "-1", "+15", "15 ", " TERM", "TERM ", "TER", "TERMS", "SIG", "SIG15", "SIGSIGTERM", "RTMIN+31", "RTMAX-31",
    "RTMIN-1", "RTMAX+1",
    "RTMIN+", "RTMIN3", "RTMIN+-1", "RTMIN++1", "RTMIN+99999999999999999999", "RT", "NOPE", "99999999999999999999", "TERM\n",
    "TÉRM",
  ])
  func rejects(_ word: String) { #expect(Signal(text(word)) == nil) }

  @Test(arguments: [(32, "32"), (33, "33"), (34, "RTMIN"), (35, "RTMIN+1"), (64, "RTMIN+30")]) func namesOverThirtyOne(
    _ number: Int, _ name: String
  ) {
    #expect(self.name(number) == name)
  }

  @Test(arguments: 1...64) func everyNameIsReadBack(_ number: Int) {
    #expect(Signal(text(name(number))) == Signal(number: number))
  }

  @Test(arguments: [Int.min, -1, 0, 65, 128, Int.max]) func noSuchNumber(_ number: Int) { #expect(Signal(number: number) == nil) }
}
