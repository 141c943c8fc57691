/// The size of the inits' files.
struct SizeFigure: Figure {
  let name = "size"

  func measure(in laboratory: Laboratory) throws(BenchError) -> [Row] {
    var sizes = Samples()
    for subject in laboratory.inits {
      guard let path = subject.path else { continue }
      sizes.add(Double(try Files.size(path)), of: subject.name)
    }
    return [Row("size", "the file", unit: "bytes", sizes, bounds: [.value(400_000)])]
  }
}
