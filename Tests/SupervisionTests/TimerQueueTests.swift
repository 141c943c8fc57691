import Testing

@testable import Supervision
@testable import Sys

/// The workers' deadlines, against a search through all of them.
@Suite struct TimerQueueTests {
  private static func at(_ nanoseconds: Int) -> Instant { Instant(nanoseconds: Int64(nanoseconds)) }

  @Test func theEarliestIsFirst() {
    var queue = TimerQueue()
    #expect(queue.first == nil)
    for (slot, time) in [30, 10, 20].enumerated() { queue.set(slot, Self.at(time)) }
    #expect(queue.first == Self.at(10))
    #expect(queue.due(at: Self.at(9)) == nil)
    #expect(queue.due(at: Self.at(10)) == 1)
    queue.set(1, Self.at(40))
    #expect(queue.due(at: Self.at(50)) == 2, "a slot stands in it once")
    queue.set(2, nil)
    queue.set(0, nil)
    queue.set(1, nil)
    queue.set(7, nil)
    #expect(queue.first == nil)
  }

  @Test func asASearchFindsIt() {
    var queue = TimerQueue()
    var all = [Int?](repeating: nil, count: 50)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let slot = Int.random(in: 0..<all.count, using: &random)
      let time = Int.random(in: 0..<4, using: &random) == 0 ? nil : Int.random(in: 0..<1000, using: &random)
      all[slot] = time
      queue.set(slot, time.map(Self.at))
      #expect(queue.first == all.compactMap { $0 }.min().map(Self.at))
      if let due = queue.due(at: Self.at(1000)) { #expect(all[due] == all.compactMap { $0 }.min()) }
    }
  }
}
