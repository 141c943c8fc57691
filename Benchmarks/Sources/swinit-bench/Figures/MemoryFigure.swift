/// The memory of an init that has nothing to do. Nothing else runs its file at that time, so that no page of it is shared.
struct MemoryFigure: Figure {
  let name = "memory"

  func measure(in laboratory: Laboratory) throws(BenchError) -> [Row] {
    var proportional = Samples()
    var resident = Samples()
    var dirty = Samples()
    try laboratory.paired("memory", rounds: laboratory.extent.longRounds, laboratory.inits) { (subject) throws(BenchError) in
      let instance = try Instance(subject, laboratory.payloads.steady, place: .pid1)
      try instance.settle()
      let memory = try instance.facts.memory()
      try instance.endInOrder()
      proportional.add(Double(memory.proportional), of: subject.name)
      resident.add(Double(memory.resident), of: subject.name)
      dirty.add(Double(memory.privateDirty), of: subject.name)
    }
    return [
      Row("memory.pss", "idle, PSS", unit: "KiB", proportional, bounds: [.ratioToReference(0.20)]),
      Row("memory.rss", "idle, RSS", unit: "KiB", resident),
      Row("memory.dirty", "idle, private and written", unit: "KiB", dirty),
    ]
  }
}
