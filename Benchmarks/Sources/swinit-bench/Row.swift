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

  /// swinit's value over another's: the median of the rounds' ratios, and what a tenth of them are below and above.
  struct Comparison: Encodable {
    let to: String
    let ratio: Double
    let low: Double
    let high: Double
  }

  /// What must hold, and whether it does. `met` is nil when there is nothing to judge.
  struct Verdict: Encodable {
    /// What the ratio is to; nil for a bound of swinit's own value.
    let ratioTo: String?
    let limit: Double
    let observed: Double?
    /// The tenths of the rounds' ratios; nil for a bound of swinit's own value.
    var low: Double?
    var high: Double?
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
  /// swinit's value over this subject's.
  case ratio(to: String, Double)
  /// swinit's value over the lowest of the peers'.
  case ratioToBestPeer(Double)
  /// swinit's value.
  case value(Double)
}

extension Row {
  init(
    _ id: String, _ title: String, unit: String, digits: Int = 0, _ samples: Samples, in lineup: Lineup = .containers,
    bounds: [Bound] = []
  ) {
    let values = lineup.names.compactMap { name -> Value? in
      guard let all = samples.values[name], let median = Samples.quantile(0.5, of: all),
        let low = Samples.quantile(0.1, of: all), let high = Samples.quantile(0.9, of: all)
      else { return nil }
      return Value(subject: name, median: median, low: low, high: high)
    }
    let bestPeer = values.filter { lineup.isPeer($0.subject) }.min { $0.median < $1.median }?.subject
    let own = samples.median(of: Subject.swinit)
    func comparison(to other: String?) -> Comparison? {
      guard let other else { return nil }
      let ratios = samples.ratios(of: Subject.swinit, to: other)
      guard let ratio = Samples.quantile(0.5, of: ratios), let low = Samples.quantile(0.1, of: ratios),
        let high = Samples.quantile(0.9, of: ratios)
      else { return nil }
      return Comparison(to: other, ratio: ratio, low: low, high: high)
    }

    self.id = id
    self.title = title
    self.unit = unit
    self.digits = digits
    self.values = values
    rounds = samples.values.values.map(\.count).max() ?? 0
    comparisons = lineup.names.compactMap { $0 == Subject.swinit ? nil : comparison(to: $0) }
    verdicts = bounds.map { bound in
      switch bound {
      case .ratioToReference(let limit):
        Verdict(lineup.reference, limit: limit, comparison(to: lineup.reference))
      case .ratio(let other, let limit):
        Verdict(other, limit: limit, comparison(to: other))
      case .ratioToBestPeer(let limit):
        Verdict(bestPeer ?? "best peer", limit: limit, comparison(to: bestPeer))
      case .value(let limit):
        Verdict(limit: limit, observed: own)
      }
    }
  }
}

extension Row.Verdict {
  init(_ ratioTo: String, limit: Double, _ comparison: Row.Comparison?) {
    self.init(
      ratioTo: ratioTo, limit: limit, observed: comparison?.ratio, low: comparison?.low, high: comparison?.high,
      met: comparison.map { $0.ratio <= limit })
  }

  init(limit: Double, observed: Double?) {
    self.init(ratioTo: nil, limit: limit, observed: observed, met: observed.map { $0 <= limit })
  }
}
