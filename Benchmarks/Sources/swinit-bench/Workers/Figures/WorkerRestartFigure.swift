import CBench
import Foundation

/// From the KILL of a worker that has been up for three seconds to the first instruction of the next one, where no delay is asked for.
struct WorkerRestartFigure: WorkerFigure {
  let name = "restart"

  func measure(in laboratory: WorkerLaboratory) throws(BenchError) -> [Row] {
    let worker = WorkerName(text: "again", staying: .yes, restarting: .atOnce)
    var clients: [(WorkerSystem, any WorkerClient)] = []
    for system in laboratory.systems {
      laboratory.progress.show("restart: \(system.name)")
      let client = try laboratory.begin(system)
      try client.define(worker)
      _ = try client.start(worker)
      _ = try client.container.stamps.next(system.name)
      clients.append((system, client))
    }
    var samples = Samples()
    for round in 0..<laboratory.extent.longRounds {
      laboratory.progress.show("restart: round \(round + 1) of \(laboratory.extent.longRounds)")
      usleep(3_100_000)
      for (system, client) in clients.shuffled() {
        guard let process = client.container.workerProcesses.first else {
          throw .timeout(subject: system.name, what: "its worker")
        }
        let began = bench_now()
        kill(process, SIGKILL)
        samples.add(Double(try client.container.stamps.next(system.name) - began) / 1e6, of: system.name)
      }
    }
    return [
      Row(
        "workers.restart", "KILL to the next one's first instruction", unit: "ms", digits: 2, samples, in: .workers,
        bounds: [.value(2)])
    ]
  }
}
