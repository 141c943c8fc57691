import TestSupport
import Testing

@testable import Boot
@testable import Sys

/// Who waits for a shutdown is warned at these moments.
@Suite struct WarningScheduleTests {
  /// What is told in a wait of so many seconds that sleeps from moment to moment.
  private func told(_ seconds: Int64) -> [Int] {
    var schedule = WarningSchedule()
    var left = Interval.seconds(seconds)
    var result: [Int] = []
    while left > .zero {
      if let minutes = schedule.due(left) { result.append(minutes) }
      let next = schedule.next(left)
      #expect(next < left)
      left = next
    }
    return result
  }

  @Test(
    arguments: [
      (60, [1]), (1, [1]), (59, [1]), (61, [2, 1]), (120, [2, 1]), (600, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
      (1200, [20, 15, 9, 8, 7, 6, 5, 4, 3, 2, 1]), (3600, [60, 45, 30, 15, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
      (7500, [125, 120, 90, 60, 45, 30, 15, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
      (18000, [300, 240, 180, 150, 120, 90, 60, 45, 30, 15, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
    ] as [(Int64, [Int])])
  func moments(_ seconds: Int64, _ minutes: [Int]) { #expect(told(seconds) == minutes) }

  /// Who wakes twice in a minute is told once.
  @Test func nothingNew() {
    var schedule = WarningSchedule()
    #expect(schedule.due(.seconds(300)) == 5)
    #expect(schedule.due(.seconds(299)) == nil)
    #expect(schedule.due(.seconds(241)) == nil)
    #expect(schedule.due(.seconds(240)) == 4)
  }

  /// A clock that jumps over moments: one warning, with the minutes that are left.
  @Test func jumps() {
    var schedule = WarningSchedule()
    #expect(schedule.due(.seconds(7200)) == 120)
    #expect(schedule.due(.seconds(6900)) == nil)
    #expect(schedule.due(.seconds(740)) == 13)
    #expect(schedule.due(.seconds(7200)) == nil)
    #expect(schedule.due(.seconds(5400)) == 90)
  }

  /// Half a second is not lost: nobody is told a moment that has not come.
  @Test func nextIsBeforeNow() {
    let schedule = WarningSchedule()
    #expect(schedule.next(.seconds(300)) == .seconds(240))
    #expect(schedule.next(.milliseconds(300_001)) == .seconds(300))
    #expect(schedule.next(.milliseconds(1)) == .zero)
    #expect(schedule.next(.seconds(60)) == .zero)
  }
}
