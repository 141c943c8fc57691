import Glibc

/// How often an init runs that has nothing to do. All of them are watched at the same time.
struct IdleFigure: Figure {
  let name = "idle"

  func measure(in laboratory: Laboratory) throws(BenchError) -> [Row] {
    let seconds = laboratory.extent.idleSeconds
    laboratory.progress.show("idle: \(seconds) s")
    var instances: [Instance] = []
    for subject in laboratory.inits {
      let instance = try Instance(subject, laboratory.payloads.steady, place: .pid1)
      try instance.settle()
      instances.append(instance)
    }
    var before: [Int] = []
    for instance in instances { before.append(try instance.facts.contextSwitches()) }
    sleep(UInt32(seconds))
    var switches = Samples()
    for (instance, start) in zip(instances, before) {
      switches.add(Double(try instance.facts.contextSwitches() - start), of: instance.subject.name)
    }
    for instance in instances { try instance.endInOrder() }
    return [Row("idle", "wake-ups in \(seconds) s idle", unit: "", switches, bounds: [.value(0)])]
  }
}
