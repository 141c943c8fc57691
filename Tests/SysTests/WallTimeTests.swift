import TestSupport
import Testing

@testable import Sys

/// What clocks show.
@Suite struct WallTimeTests {
  /// Whatever the time zone: it comes, it shows what was asked for, and no earlier moment does.
  @Test(arguments: [(0, 0), (2, 30), (3, 0), (12, 1), (23, 59)]) func next(_ hour: Int, _ minute: Int) {
    for start in stride(from: Int64(1_699_000_000), to: 1_731_000_000, by: 40_003) {
      let now = WallTime(nanoseconds: start * 1_000_000_000 + 5)
      let next = now.next(hour: hour, minute: minute)
      #expect(now < next)
      #expect(now.interval(to: next) <= .seconds(25 * 3600))
      let shown = next.local
      // Where summer time begins, an hour is left out.
      if hour != 2 { #expect(shown.hour == hour && shown.minute == minute, "after \(start)") }
    }
  }

  @Test func theMomentItselfIsOver() {
    let moment = WallTime(nanoseconds: 1_700_000_000_000_000_000).next(hour: 12, minute: 0)
    #expect(moment.next(hour: 12, minute: 0).nanoseconds - moment.nanoseconds >= 23 * 3_600_000_000_000)
    #expect(WallTime(nanoseconds: moment.nanoseconds - 1).next(hour: 12, minute: 0) == moment)
  }

  @Test func farAwayDoesNotOverflow() {
    #expect(WallTime.now + .init(nanoseconds: .max) == WallTime(nanoseconds: .max))
    #expect(WallTime(nanoseconds: 5).interval(to: WallTime(nanoseconds: 3)) == .zero)
  }
}
