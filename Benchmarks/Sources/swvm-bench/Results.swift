import Foundation

/// Medians, and what they are to the bare kernel, round by round.
struct Results {
  private struct Row: Encodable {
    let name: String
    let median: Double
    let least: Double
    let most: Double
    /// The middle one of the rounds' ratios to the bare kernel.
    let ratio: Double?
  }

  private let rows: [Row]

  init(_ samples: [String: [Double]]) {
    let base = samples.first { $0.key.hasPrefix("bare") }?.value ?? []
    let order = ["bare", "swvm run, archive", "swvm run -- true", "  of it", "standard", "virtme"]
    let names = samples.keys.sorted { left, right in
      func rank(_ name: String) -> Int { order.firstIndex { name.hasPrefix($0) } ?? order.count }
      return (rank(left), left) < (rank(right), right)
    }
    rows = names.map { name in
      let values = samples[name] ?? []
      let isWhole = !name.hasPrefix("  ") && name.hasSuffix(", ms") && values.count == base.count
      return Row(
        name: name, median: Results.median(values), least: values.min() ?? 0, most: values.max() ?? 0,
        ratio: isWhole ? Results.median(zip(values, base).map { $0 / $1 }) : nil)
    }
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    return sorted.count % 2 == 1 ? sorted[sorted.count / 2] : (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
  }

  var table: String {
    var text = "| figure | median | least | most | to the bare kernel |\n|---|---|---|---|---|\n"
    for row in rows {
      let numbers = [row.median, row.least, row.most].map { String(format: "%.0f", $0) }.joined(separator: " | ")
      text += "| \(row.name) | \(numbers) | \(row.ratio.map { String(format: "%.2f", $0) } ?? "") |\n"
    }
    return text
  }

  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return (try? encoder.encode(rows)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
  }
}
