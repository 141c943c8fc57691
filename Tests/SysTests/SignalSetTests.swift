import TestSupport
import Testing

@testable import Sys

@Suite struct SignalSetTests {
  @Test(arguments: 1...64) func oneSignalIsOneBit(_ number: Int) throws {
    let signal = try #require(Signal(number: number))
    var set = SignalSet(signal)
    #expect(set.rawValue == 1 << UInt64(number - 1))
    #expect(set.contains(signal) && SignalSet.all.contains(signal))
    set.remove(signal)
    #expect(set == SignalSet() && !set.contains(signal))
    set.insert(signal)
    set.insert(signal)
    #expect(set == SignalSet(signal))
  }

  @Test func operations() {
    let set = SignalSet(.hangup, .terminate)
    #expect(set.union(SignalSet(.kill)) == SignalSet(.hangup, .terminate, .kill))
    #expect(set.subtracting(SignalSet(.hangup, .quit)) == SignalSet(.terminate))
    #expect(SignalSet.all.subtracting(.all) == SignalSet())
  }

  @Test func popFirstGoesUp() {
    var set = SignalSet.all
    for number in 1...64 { #expect(set.popFirst() == Signal(number: number)) }
    #expect(set.popFirst() == nil)
  }

  @Test func faultsAreTheSeven() {
    var faults = SignalSet.faults
    var numbers: [Int32] = []
    while let signal = faults.popFirst() { numbers.append(signal.rawValue) }
    #expect(numbers == [4, 5, 6, 7, 8, 11, 31])
  }
}
