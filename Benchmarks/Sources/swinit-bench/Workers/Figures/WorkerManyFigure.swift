import CBench
import Foundation

/// Whether ten thousand workers cost each what a hundred cost each.
struct WorkerManyFigure: WorkerFigure {
  let name = "many"

  private struct Cost {
    var create: Double
    var memory: Double
    var stop: Double
  }

  func measure(in laboratory: WorkerLaboratory) throws(BenchError) -> [Row] {
    guard case .swinit(let path)? = laboratory.systems.first else { throw .unavailable(reason: "swinit is not measured") }
    let few = laboratory.extent.workers
    let many = laboratory.extent.many
    var costs: [Int: [Cost]] = [:]
    for round in 0..<max(1, laboratory.extent.longRounds / 2) {
      // A hundred take so little time that one of them says nothing.
      for count in ([many] + [Int](repeating: few, count: 9)).shuffled() {
        laboratory.progress.show("many: round \(round + 1), \(count) workers")
        costs[count, default: []].append(try cost(of: count, path, laboratory))
      }
    }
    func samples(_ value: (Cost) -> Double, _ count: Int) -> Double {
      Samples.quantile(0.5, of: (costs[count] ?? []).map(value)) ?? 0
    }
    return [
      row("create", "create each of \(many)", { $0.create }, samples, few, many),
      memory(samples({ $0.memory }, many), many),
      row("stop", "stop each of \(many)", { $0.stop }, samples, few, many),
      row("both", "create and stop each of \(many)", { $0.create + $0.stop }, samples, few, many, bound: 1.2),
    ]
  }

  private func row(
    _ id: String, _ title: String, _ value: @escaping (Cost) -> Double, _ median: ((Cost) -> Double, Int) -> Double, _ few: Int,
    _ many: Int, bound: Double? = nil
  ) -> Row {
    let less = median(value, few)
    let more = median(value, many)
    var samples = Samples()
    samples.add(less > 0 ? more / less : 0, of: Subject.swinit)
    let title = "\(title): \(Table.number(more, digits: 0)) µs, of \(few) \(Table.number(less, digits: 0)) µs"
    return Row(
      "workers.many.\(id)", title, unit: "×", digits: 2, samples, in: .workers, bounds: bound.map { [.value($0)] } ?? [])
  }

  /// What a hundred take has its place from those that were there before.
  private func memory(_ each: Double, _ many: Int) -> Row {
    var samples = Samples()
    samples.add(each, of: Subject.swinit)
    return Row(
      "workers.many.memory", "PSS for each of \(many)", unit: "KiB", digits: 2, samples, in: .workers, bounds: [.value(2)])
  }

  private func cost(of count: Int, _ path: String, _ laboratory: WorkerLaboratory) throws(BenchError) -> Cost {
    let client = try SwinitClient(path, laboratory.payloads)
    let hold = [laboratory.payloads.firstInstruction.path, "/dev/null", "stays"]
    let names = (0..<count).map { WorkerName(text: "w\($0)", staying: .yes) }
    client.command = hold
    // A hundred that come and go before: what is measured is no first time.
    let first = Array(names.prefix(100))
    try client.forEach(.run, first)
    try client.forEach(.stop, first)
    try client.forEach(.forget, first)
    try client.container.quiet(Subject.swinit)
    let before = try client.container.proportionalMemory()
    let began = bench_now()
    try client.forEach(.run, names)
    let created = bench_now()
    try client.container.quiet(Subject.swinit)
    let after = try client.container.proportionalMemory()
    let stopping = bench_now()
    try client.forEach(.stop, names)
    let stopped = bench_now()
    return Cost(
      create: Double(created - began) / 1000 / Double(count), memory: Double(after - before) / Double(count),
      stop: Double(stopped - stopping) / 1000 / Double(count))
  }
}
