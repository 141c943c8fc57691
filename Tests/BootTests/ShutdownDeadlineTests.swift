import TestSupport
import Testing

@testable import Boot
@testable import Sys

/// When a shutdown is due, while clocks go, stand or jump.
@Suite struct ShutdownDeadlineTests {
  /// Local noon of some day without a change of the clocks around it, and an instant that has nothing to do with it.
  private let noon = WallTime(nanoseconds: 1_700_000_000_000_000_000).next(hour: 12, minute: 0)
  private func now(_ elapsed: Int64, clockSetBy jump: Int64 = 0) -> ShutdownDeadline.Now {
    .init(
      Instant(nanoseconds: 5_000_000_000) + .seconds(elapsed),
      WallTime(nanoseconds: noon.nanoseconds + (elapsed + jump) * 1_000_000_000))
  }

  @Test func minutesGoOnWhateverTheClockSays() {
    var deadline = ShutdownDeadline(.after(minutes: 10), at: now(0))
    #expect(deadline.clock == .boot)
    for jump in [0, 3600, -3600, 86400 * 365 * 50, -86400 * 365] as [Int64] {
      #expect(deadline.left(at: now(60, clockSetBy: jump)) == .seconds(540))
      #expect(deadline.wallTime(at: now(60, clockSetBy: jump)) == now(600, clockSetBy: jump).wall)
    }
    #expect(deadline.left(at: now(600)) == .zero)
    #expect(deadline.left(at: now(6000)) == .zero)
    #expect(deadline.moment(before: .seconds(60)) == now(540).instant.nanoseconds)
  }

  @Test func hourComesLaterToday() {
    var deadline = ShutdownDeadline(.at(hour: 12, minute: 10), at: now(30))
    #expect(deadline.clock == .wall)
    #expect(deadline.left(at: now(30)) == .seconds(570))
    #expect(deadline.wallTime(at: now(30)) == now(600).wall)
    #expect(deadline.moment(before: .seconds(60)) == now(540).wall.nanoseconds)
    #expect(deadline.left(at: now(600)) == .zero)
  }

  /// An hour that has gone by is tomorrow's; the running minute's has.
  @Test(arguments: [(12, 0), (11, 59)]) func hourComesTomorrow(_ hour: Int, _ minute: Int) {
    var deadline = ShutdownDeadline(.at(hour: hour, minute: minute), at: now(30))
    let expected = Int64(86400 - 30 - (12 * 60 - hour * 60 - minute) * 60)
    #expect(deadline.left(at: now(30)) == .seconds(expected))
  }

  /// The clock jumps: what it shows is what counts.
  @Test(
    arguments: [
      (0, 36000),  // as it was
      (3600, 32400), (-3600, 39600), (-13 * 3600, 82800), (-15 * 3600, 3600),
      (36000, 0),  // to the moment
      (36000 + 60, 0), (36000 + 3 * 3600, 0),  // a little past it
      (36000 + 3 * 3600 + 1, 86400 - 3 * 3600 - 1),  // far past it: the next one
      (86400 * 365, 36000), (-86400 * 365, 36000),  // another day, the same hour
    ] as [(Int64, Int64)])
  func clockIsSet(_ jump: Int64, _ left: Int64) {
    var deadline = ShutdownDeadline(.at(hour: 22, minute: 0), at: now(0))
    #expect(deadline.left(at: now(0, clockSetBy: jump)) == .seconds(left))
  }

  @Test func clockThatIsSetBackFromTheEndWaitsAgain() {
    var deadline = ShutdownDeadline(.at(hour: 12, minute: 10), at: now(0))
    #expect(deadline.left(at: now(0, clockSetBy: 900)) == .zero)
    #expect(deadline.left(at: now(0, clockSetBy: -60)) == .seconds(660))
  }
}
