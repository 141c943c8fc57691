/// A boot as a chart: time from left to right, one lane for each kind of work.
struct Chart {
  struct Bar {
    let label: String
    /// Seconds.
    let begin: Double
    let end: Double
    let colour: String
  }

  struct Lane {
    let name: String
    let bars: [Bar]
  }

  let title: String
  let lanes: [Lane]

  private static let left = 110.0
  private static let width = 1200.0
  private static let height = 26.0
  private static let top = 56.0

  /// The kernel and its initcalls by level, then what this machine's init has done.
  init(title: String, log: KernelLog, milestones: [(name: String, begin: Double, end: Double)]) {
    self.title = title
    var lanes: [Lane] = []
    let initStart = milestones.first?.begin ?? log.levels.last?.end ?? 0
    lanes.append(Lane(name: "kernel", bars: [Bar(label: "kernel", begin: 0, end: initStart, colour: "#4477aa")]))
    let levels = log.levels.map { Bar(label: $0.name, begin: $0.begin, end: max($0.begin, $0.end), colour: "#66ccee") }
    if !levels.isEmpty { lanes.append(Lane(name: "levels", bars: levels)) }
    for name in log.levels.map(\.name) where !lanes.contains(where: { $0.name == name }) {
      let bars = log.initcalls.filter { $0.level == name && $0.end - $0.begin > 0.0005 }
      if !bars.isEmpty {
        lanes.append(Lane(name: name, bars: bars.map { Bar(label: $0.name, begin: $0.begin, end: $0.end, colour: "#ccbb44") }))
      }
    }
    let modules = log.initcalls.filter { $0.level == nil }
    if !modules.isEmpty {
      lanes.append(
        Lane(name: "modules", bars: modules.map { Bar(label: $0.name, begin: $0.begin, end: $0.end, colour: "#ee6677") }))
    }
    lanes.append(
      Lane(name: "swinit", bars: milestones.map { Bar(label: $0.name, begin: $0.begin, end: $0.end, colour: "#228833") }))
    self.lanes = lanes
  }

  var svg: String {
    let end = max(0.001, lanes.flatMap(\.bars).map(\.end).max() ?? 1)
    let scale = Chart.width / end
    let total = Chart.top + Double(lanes.count) * (Chart.height + 6) + 30
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Chart.number(Chart.left + Chart.width + 20))" height="\(Chart.number(total))" \
      font-family="sans-serif" font-size="11">
      <rect width="100%" height="100%" fill="white"/>
      <text x="10" y="20" font-size="14">\(Chart.escaped(title))</text>

      """
    // A line each tenth of a second, or wider apart on a long boot.
    let step = end > 3 ? 0.5 : 0.1
    for index in 0...Int(end / step) {
      let x = Chart.left + Double(index) * step * scale
      text +=
        "<line x1=\"\(Chart.number(x))\" y1=\"36\" x2=\"\(Chart.number(x))\" y2=\"\(Chart.number(total - 20))\" stroke=\"#dddddd\"/>\n"
      text +=
        "<text x=\"\(Chart.number(x))\" y=\"48\" fill=\"#666666\">\(Int((Double(index) * step * 1000).rounded())) ms</text>\n"
    }
    for (index, lane) in lanes.enumerated() {
      let y = Chart.top + Double(index) * (Chart.height + 6)
      text += "<text x=\"10\" y=\"\(Chart.number(y + 17))\">\(Chart.escaped(lane.name))</text>\n"
      for bar in lane.bars { text += Chart.drawn(bar, y, scale) }
    }
    return text + "</svg>\n"
  }

  private static func drawn(_ bar: Bar, _ y: Double, _ scale: Double) -> String {
    let x = left + bar.begin * scale
    let width = max(0.5, (bar.end - bar.begin) * scale)
    let milliseconds = number((bar.end - bar.begin) * 1000)
    var text = "<g><title>\(escaped(bar.label)): \(milliseconds) ms</title>"
    text +=
      "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\" fill=\"\(bar.colour)\" stroke=\"white\" stroke-width=\"0.5\"/>"
    // As much of the name as fits.
    let room = Int(width / 6.5)
    if room >= 3 {
      text += "<text x=\"\(number(x + 3))\" y=\"\(number(y + 17))\">\(escaped(String(bar.label.prefix(room))))</text>"
    }
    return text + "</g>\n"
  }

  static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
  }

  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}
