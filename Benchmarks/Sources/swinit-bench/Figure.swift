/// A group of lines of the table that are measured together.
protocol Figure: Sendable {
  /// The word for `--only`.
  var name: String { get }
  func measure(in laboratory: Laboratory) throws(BenchError) -> [Row]
}

/// All of them, in the order of the table.
enum Figures {
  static let all: [any Figure] = [
    StartFigure(), MemoryFigure(), SizeFigure(), ReapFigure(), IdleFigure(), HeapFigure(), SignalFigure(),
  ]
}
