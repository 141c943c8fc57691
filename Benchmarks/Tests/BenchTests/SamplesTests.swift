import Testing

@testable import swinit_bench

struct SamplesTests {
  @Test func theMedianIsTheMiddleValue() {
    #expect(Samples.quantile(0.5, of: [3, 1, 2]) == 2)
    #expect(Samples.quantile(0.5, of: [4, 1, 2, 3]) == 2.5)
    #expect(Samples.quantile(0.9, of: [7]) == 7)
    #expect(Samples.quantile(0.5, of: []) == nil)
  }

  @Test func aRatioIsTheMedianOfTheRoundsRatios() {
    var samples = Samples()
    for (a, b) in [(1.0, 2.0), (9, 3), (4, 4)] {
      samples.add(a, of: "a")
      samples.add(b, of: "b")
    }
    #expect(samples.ratio(of: "a", to: "b") == 1)
    #expect(samples.ratio(of: "a", to: "c") == nil)
    #expect(samples.less("b").values == ["a": [-1, 6, 0]])
  }

  @Test func nothingIsDividedByZero() {
    var samples = Samples()
    samples.add(1, of: "a")
    samples.add(0, of: "b")
    #expect(samples.ratio(of: "a", to: "b") == nil)
  }

  @Test(arguments: [(12.345, 1, "12.3"), (0.06, 2, "0.06"), (-0.5, 2, "-0.50"), (-0.001, 1, "0.0"), (708080, 0, "708080")])
  func numbersAreWrittenWithTheirDigits(value: Double, digits: Int, text: String) {
    #expect(Table.number(value, digits: digits) == text)
  }

  @Test func verdictsCompareWithTheBound() {
    var samples = Samples()
    for (name, value) in [("swinit", 5.0), ("tini-static", 10), ("tini", 4)] { samples.add(value, of: name) }
    let subjects = ["swinit", "tini-static", "tini"].map { Subject(name: $0, path: "/", subreaperOption: nil) }
    let bounds: [Bound] = [.ratioToReference(0.6), .ratioToBestPeer(1), .value(5)]
    let row = Row("x", "x", unit: "", samples, subjects: subjects, bounds: bounds)
    #expect(row.verdicts.map(\.met) == [true, false, true])
    #expect(row.verdicts.map(\.observed) == [0.5, 1.25, 5])
  }
}
