import CBench
import Foundation

/// A worker that ends while no process can be made, fork(2) EAGAIN: from the end of that to its next first instruction.
struct WorkerShortageFigure: WorkerFigure {
  let name = "shortage"

  func measure(in laboratory: WorkerLaboratory) throws(BenchError) -> [Row] {
    // Before 6.14 pid_max is the whole machine's, in a pid namespace too.
    guard WorkerShortageFigure.hasOwnLimit else {
      throw .unavailable(reason: "pid_max is no pid namespace's own before Linux 6.14")
    }
    let worker = WorkerName(text: "again", staying: .yes, restarting: .atOnce)
    let full = WorkerName(text: "full")
    var samples = Samples()
    var clients: [(WorkerSystem, any WorkerClient)] = []
    for system in laboratory.systems {
      laboratory.progress.show("shortage: \(system.name)")
      let client = try laboratory.begin(system, numbers: 400)
      try client.define(worker)
      try client.defineFull(full, seconds: laboratory.extent.shortageSeconds)
      _ = try client.start(worker)
      _ = try client.container.stamps.next(system.name)
      clients.append((system, client))
    }
    usleep(3_100_000)
    for (system, client) in clients {
      laboratory.progress.show("shortage: \(system.name), \(laboratory.extent.shortageSeconds) s")
      guard let process = client.container.workerProcesses.first else { throw .timeout(subject: system.name, what: "its worker") }
      _ = try client.start(full)
      _ = try client.container.stamps.next(system.name)
      kill(process, SIGKILL)
      let over = try client.container.stamps.next(system.name)
      do throws(BenchError) {
        let next = try client.container.stamps.next(system.name, milliseconds: 60_000)
        samples.add(Double(next - over) / 1e9, of: system.name)
      } catch { laboratory.progress.note("shortage: \(error) within 60 s") }
    }
    return [
      Row(
        "workers.shortage", "\(laboratory.extent.shortageSeconds) s of EAGAIN over to the next first instruction", unit: "s",
        digits: 2,
        samples, in: .workers, bounds: [.value(1)])
    ]
  }

  private static var hasOwnLimit: Bool {
    let release = ReportParts.Machine().kernel.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
    guard release.count >= 2 else { return false }
    return release[0] > 6 || release[0] == 6 && release[1] >= 14
  }
}
