/// The processor time of PID 1 for each orphan that it reaps.
struct ReapFigure: Figure {
  let name = "reap"

  func measure(in laboratory: Laboratory) throws(BenchError) -> [Row] {
    let batch = laboratory.extent.batch
    return [
      try measure("single", "an orphan, one at a time", batch: 1, in: laboratory),
      try measure("burst", "an orphan, \(batch) at once", batch: batch, in: laboratory),
    ]
  }

  private func measure(_ shape: String, _ title: String, batch: Int, in laboratory: Laboratory) throws(BenchError) -> Row {
    let total = laboratory.extent.orphans
    let payload = laboratory.payloads.orphans(total: total, batch: batch)
    var samples = Samples()
    try laboratory.paired("reap, \(shape)", rounds: laboratory.extent.longRounds, laboratory.inits) {
      (subject) throws(BenchError) in
      let instance = try Instance(subject, payload, place: .pid1)
      try instance.settle()
      let before = try instance.facts.cpuNanoseconds()
      instance.channel.send(.go)
      try instance.channel.expect(.done, from: subject.name)
      try instance.settle()
      let after = try instance.facts.cpuNanoseconds()
      try instance.endInOrder()
      samples.add(Double(after - before) / Double(total), of: subject.name)
    }
    return Row(
      "reap.\(shape)", "PID 1's CPU for \(title)", unit: "ns", samples,
      bounds: [.ratioToBestPeer(1.0)])
  }
}
