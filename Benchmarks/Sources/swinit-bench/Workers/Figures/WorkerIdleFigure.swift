import Foundation

/// Memory and wake-ups of a supervisor with idle workers.
struct WorkerIdleFigure: WorkerFigure {
  let name = "idle"

  func measure(in laboratory: WorkerLaboratory) throws(BenchError) -> [Row] {
    let count = laboratory.extent.workers
    let seconds = laboratory.extent.idleSeconds
    var each = Samples()
    var whole = Samples()
    var switches = Samples()
    var unwoken = Samples()
    for system in laboratory.systems {
      laboratory.progress.show("idle: \(system.name)")
      let client = try laboratory.begin(system)
      try client.container.quiet(system.name)
      let before = try client.container.proportionalMemory()
      for index in 0..<count {
        let worker = WorkerName(text: "stay\(index)", staying: .yes)
        try client.define(worker)
        _ = try client.start(worker)
        _ = try client.container.stamps.next(system.name)
      }
      try client.container.quiet(system.name)
      let after = try client.container.proportionalMemory()
      each.add(Double(after - before) / Double(count), of: system.name)
      whole.add(Double(after), of: system.name)
      let ran = try client.container.contextSwitches()
      laboratory.progress.show("idle: \(system.name), \(seconds) s")
      sleep(UInt32(seconds))
      switches.add(Double(try client.container.contextSwitches() - ran), of: system.name)
      if let client = client as? SwinitClient { unwoken.add(try asleep(client), of: system.name) }
    }
    return [
      Row(
        "workers.memory", "PSS for each of \(count) idle workers", unit: "KiB", digits: 2, each, in: .workers, bounds: [.value(2)]
      ),
      Row("workers.memory.whole", "PSS of the whole supervisor with them", unit: "KiB", whole, in: .workers),
      Row("workers.memory.asleep", "private memory of a worker before its wake", unit: "KiB", unwoken, in: .workers),
      Row("workers.idle", "wake-ups in \(seconds) s with them", unit: "", switches, in: .workers, bounds: [.value(0)]),
    ]
  }

  /// A worker that was created and not woken is a process of swinit's own.
  private func asleep(_ client: SwinitClient) throws(BenchError) -> Double {
    let there = Set(client.container.processes)
    _ = try client.ask(.create, WorkerName(text: "asleep"))
    try client.expect("create")
    guard let process = client.container.processes.first(where: { !there.contains($0) }) else {
      throw .timeout(subject: Subject.swinit, what: "a worker that is not woken")
    }
    return Double(try ProcessFacts(pid: process).memory().privateDirty)
  }
}
