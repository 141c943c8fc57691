/// The results as a Markdown table with aligned columns: for a terminal, and to be pasted into docs/benchmarks.md.
struct Table {
  /// Whether a ratio is followed by what a tenth of the rounds' ratios are below and above.
  enum Spread { case hidden, shown }

  let rows: [Row]
  var lineup = Lineup.containers
  var spread = Spread.hidden

  var text: String {
    let subjects = lineup.names.filter { name in rows.contains { $0.values.contains { $0.subject == name } } }
    var lines = [["figure", "unit"] + subjects + ["÷ \(lineup.bare)", "ratio", "must be", "met"]]
    for row in rows { lines += self.lines(of: row, subjects) }
    let columns = lines.first?.count ?? 0
    let widths = (0..<columns).map { column in lines.map { $0[column].count }.max() ?? 0 }
    // The words are left, the numbers right.
    let isWord = (0..<columns).map { column in column < 2 || column >= columns - 3 }
    let rule = zip(widths, isWord).map { width, isWord in
      isWord ? String(repeating: "-", count: width) : String(repeating: "-", count: width - 1) + ":"
    }
    var all = lines
    all.insert(rule, at: 1)
    return all.map { line in
      let cells = line.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return isWord[column] ? cell + padding : padding + cell
      }
      return "| " + cells.joined(separator: " | ") + " |\n"
    }.joined()
  }

  /// A row's values and first verdict, and a line more for each further verdict.
  private func lines(of row: Row, _ subjects: [String]) -> [[String]] {
    let values = subjects.map { name in
      row.values.first { $0.subject == name }.map { Table.number($0.median, digits: row.digits) } ?? "–"
    }
    let bare = row.comparisons.first { $0.to == lineup.bare }.map { Table.number($0.ratio, digits: 2) } ?? ""
    let first = [row.title, row.unit] + values + [bare]
    guard let verdict = row.verdicts.first else {
      let ratio = row.comparisons.first { $0.to == lineup.reference }
      return [first + [ratio.map { self.ratio($0.ratio, $0.low, $0.high, to: $0.to) } ?? "", "", ""]]
    }
    let empty = [String](repeating: "", count: first.count)
    return [first + cells(of: verdict)] + row.verdicts.dropFirst().map { empty + cells(of: $0) }
  }

  private func cells(of verdict: Row.Verdict) -> [String] {
    // A small number that is none to be counted is no whole one.
    let isSmall = verdict.limit > 0 && verdict.limit < 10
    let observed = verdict.observed.map { value in
      verdict.ratioTo.map { ratio(value, verdict.low, verdict.high, to: $0) } ?? Table.number(value, digits: isSmall ? 2 : 0)
    }
    let met = verdict.met.map { $0 ? "yes" : "no" }
    let limit = Table.number(verdict.limit, digits: verdict.ratioTo == nil && !isSmall ? 0 : 2)
    return [observed ?? "–", "≤ \(limit)", met ?? "–"]
  }

  private func ratio(_ value: Double, _ low: Double?, _ high: Double?, to other: String) -> String {
    let text = Table.number(value, digits: 2)
    guard spread == .shown, let low, let high, low != high else { return "\(text) to \(other)" }
    return "\(text) (\(Table.number(low, digits: 2))–\(Table.number(high, digits: 2))) to \(other)"
  }

  /// A number with so many digits after the point.
  static func number(_ value: Double, digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int((value.magnitude * scale).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(scaled) }
    let text = String(scaled)
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
  }
}
