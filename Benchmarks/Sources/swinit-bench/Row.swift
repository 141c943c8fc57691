/// One line of the table.
struct Row: Encodable {
  /// One subject's value.
  struct Value: Encodable {
    let subject: String
    let median: Double
    /// A tenth of the rounds are below it.
    let low: Double
    /// A tenth of the rounds are above it.
    let high: Double
  }

  /// swinit's value over another's: the median of the rounds' ratios.
  struct Comparison: Encodable {
    let to: String
    let ratio: Double
  }

  /// What must hold, and whether it does. `met` is nil when there is nothing to judge.
  struct Verdict: Encodable {
    /// What the ratio is to; nil for a bound of swinit's own value.
    let ratioTo: String?
    let limit: Double
    let observed: Double?
    let met: Bool?
  }

  let id: String
  let title: String
  let unit: String
  /// Digits after the point.
  let digits: Int
  let rounds: Int
  let values: [Value]
  let comparisons: [Comparison]
  let verdicts: [Verdict]
}

/// What a figure must be.
enum Bound {
  /// swinit's value over the reference's.
  case ratioToReference(Double)
  /// swinit's value over the lowest of the peers'.
  case ratioToBestPeer(Double)
  /// swinit's value.
  case value(Double)
}

extension Row {
  init(
    _ id: String, _ title: String, unit: String, digits: Int = 0, _ samples: Samples, subjects: [Subject], bounds: [Bound] = []
  ) {
    let values = subjects.compactMap { subject -> Value? in
      guard let all = samples.values[subject.name], let median = Samples.quantile(0.5, of: all),
        let low = Samples.quantile(0.1, of: all), let high = Samples.quantile(0.9, of: all)
      else { return nil }
      return Value(subject: subject.name, median: median, low: low, high: high)
    }
    let bestPeer = values.filter { value in subjects.contains { $0.name == value.subject && $0.isPeer } }
      .min { $0.median < $1.median }?.subject
    let own = samples.median(of: Subject.swinit)
    func comparison(to other: String?) -> Comparison? {
      guard let other, let ratio = samples.ratio(of: Subject.swinit, to: other) else { return nil }
      return Comparison(to: other, ratio: ratio)
    }

    self.id = id
    self.title = title
    self.unit = unit
    self.digits = digits
    self.values = values
    rounds = samples.values.values.map(\.count).max() ?? 0
    comparisons = subjects.compactMap { $0.name == Subject.swinit ? nil : comparison(to: $0.name) }
    verdicts = bounds.map { bound in
      switch bound {
      case .ratioToReference(let limit):
        Verdict(Subject.reference, limit: limit, observed: comparison(to: Subject.reference)?.ratio)
      case .ratioToBestPeer(let limit):
        Verdict(bestPeer ?? "best peer", limit: limit, observed: comparison(to: bestPeer)?.ratio)
      case .value(let limit):
        Verdict(limit: limit, observed: own)
      }
    }
  }
}

extension Row.Verdict {
  init(_ ratioTo: String? = nil, limit: Double, observed: Double?) {
    self.ratioTo = ratioTo
    self.limit = limit
    self.observed = observed
    met = observed.map { $0 <= limit }
  }
}
