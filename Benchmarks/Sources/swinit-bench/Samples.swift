/// The values of one quantity, paired: a round has one value of each subject, and round n is at index n of each.
struct Samples: Equatable {
  private(set) var values: [String: [Double]] = [:]

  /// Adds a value; every subject gets one a round.
  mutating func add(_ value: Double, of subject: String) {
    values[subject, default: []].append(value)
  }

  /// The subjects' middle values.
  func median(of subject: String) -> Double? {
    values[subject].flatMap { Samples.quantile(0.5, of: $0) }
  }

  /// The rounds' ratios; none when one of the two was not measured or is 0 in a round.
  func ratios(of subject: String, to other: String) -> [Double] {
    guard let upper = values[subject], let lower = values[other] else { return [] }
    guard upper.count == lower.count, !lower.contains(0) else { return [] }
    return zip(upper, lower).map { $0 / $1 }
  }

  /// The middle one of the rounds' ratios; nil when there are none.
  func ratio(of subject: String, to other: String) -> Double? { Samples.quantile(0.5, of: ratios(of: subject, to: other)) }

  /// The same rounds with another subject's value taken off.
  func less(_ other: String) -> Samples {
    guard let base = values[other] else { return Samples() }
    var result = Samples()
    for (subject, own) in values where subject != other && own.count == base.count {
      result.values[subject] = zip(own, base).map { $0 - $1 }
    }
    return result
  }

  /// The value below which `fraction` of the values are, between two of them in proportion; nil for no values.
  static func quantile(_ fraction: Double, of values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let position = fraction * Double(sorted.count - 1)
    let index = Int(position)
    guard index + 1 < sorted.count else { return sorted[index] }
    return sorted[index] + (sorted[index + 1] - sorted[index]) * (position - Double(index))
  }
}
