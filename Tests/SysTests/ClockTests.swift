import TestSupport
import Testing

@testable import Sys

@Suite struct ClockTests {
  @Test(arguments: [(0, 0), (1, 1), (999_999_999, 1), (1_000_000_000, 1), (1_000_000_001, 2)] as [(Int64, Int64)])
  func secondsRoundedUp(_ nanoseconds: Int64, _ seconds: Int64) {
    #expect(Interval(nanoseconds: nanoseconds).secondsRoundedUp == seconds)
  }

  @Test func intervals() {
    #expect(Interval.seconds(5) == Interval.milliseconds(5000))
    #expect(Interval.milliseconds(1) < .seconds(1))
    #expect(Interval(nanoseconds: 1_999_999).milliseconds == 1)
  }

  @Test func instants() {
    let start = Instant(nanoseconds: 5)
    #expect(start + .seconds(1) == Instant(nanoseconds: 1_000_000_005))
    #expect(start + Interval(nanoseconds: .max) == Instant(nanoseconds: .max), "no overflow")
    #expect(start.interval(to: start + .seconds(2)) == .seconds(2))
    #expect((start + .seconds(2)).interval(to: start) == .zero, "what is over is over")
  }
}
