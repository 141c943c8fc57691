/// An initramfs that holds swinit and nothing else: what a user would ship.
struct ArchiveFigure: MachineFigure {
  let name = "archive"

  func measure(in laboratory: MachineLaboratory) throws(BenchError) -> [Row] {
    let path = try laboratory.workshop.archive("only", ["--init", laboratory.workshop.swinit])
    var sizes: [(id: String, title: String, bytes: Int, bounds: [Bound])] = [("cpio", "as it is", try Files.size(path), [])]
    for (program, level, suffix) in [("gzip", "-9", "gz"), ("zstd", "-19", "zst")] {
      guard let tool = Tool(program) else { throw .unavailable(reason: "\(program) is not installed") }
      let (output, code) = try tool.run([level, "-k", "-f", "-q", path])
      guard code == 0 else { throw .unavailable(reason: "\(program): \(output)") }
      sizes.append((program, "\(program) \(level)", try Files.size("\(path).\(suffix)"), [.value(200_000)]))
    }
    return sizes.map { size in
      var samples = Samples()
      samples.add(Double(size.bytes), of: Subject.swinit)
      return Row(
        "machine.archive.\(size.id)", "initramfs with swinit alone, \(size.title)", unit: "bytes", samples, in: .machines,
        bounds: size.bounds)
    }
  }
}
