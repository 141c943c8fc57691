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
    let bounds: [Bound] = [.ratioToReference(0.6), .ratioToBestPeer(1), .value(5), .ratio(to: "tini-static", 0.4)]
    let row = Row("x", "x", unit: "", samples, bounds: bounds)
    #expect(row.verdicts.map(\.met) == [true, false, true, false])
    #expect(row.verdicts.map(\.observed) == [0.5, 1.25, 5, 0.5])
  }

  @Test func aTableShowsTheSpreadOfRatiosWhereItIsAskedFor() {
    var samples = Samples()
    for value in [1.0, 2, 3] {
      samples.add(value, of: "swinit")
      samples.add(2, of: "direct")
    }
    let row = Row("x", "x", unit: "ms", digits: 1, samples, in: .machines, bounds: [.ratio(to: "direct", 1.5)])
    #expect(Table(rows: [row], lineup: .machines, spread: .shown).text.contains("| 1.00 (0.60–1.40) to direct | ≤ 1.50  | yes |"))
    #expect(Table(rows: [row], lineup: .machines).text.contains("| 1.00 to direct | ≤ 1.50  | yes |"))
  }
}
