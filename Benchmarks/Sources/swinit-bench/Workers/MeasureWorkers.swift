import ArgumentParser
import CBench
import Foundation

/// `swinit-bench workers`: kthreadd, PID 2, and the workers that it looks after.
struct MeasureWorkers: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workers",
    abstract: "Measures swinit's kthreadd against s6, runit, supervisord and a bare fork and exec.",
    discussion: """
      Needs root, for pid namespaces. Each supervisor runs as PID 1 of a pid namespace of its own, and is asked over the socket or FIFO \
      that its own client uses, by a client that has it open already. In every round each has its turn, in an order that is drawn anew; a \
      value is the median of the rounds, a ratio the median of the rounds' ratios.
      """)

  @Option(help: "The binary to measure, one with kthreadd.") var swinit = "build/swinit"
  @Option(help: "Write the results to this JSON file.") var json: String?
  @Option(help: "Rounds of the figures that take milliseconds.") var rounds = 500
  @Option(help: "Rounds of the figures that take seconds.") var longRounds = 5
  @Option(help: "Workers of the figures of many.") var workers = 100
  @Option(help: "Workers of the figure of very many.") var many = 10_000
  @Option(help: "Seconds to watch idle workers for.") var idleSeconds = 10
  @Option(help: "Seconds without a process to be had.") var shortageSeconds = 12
  @Option(help: "Only these figures, with commas: \(WorkerFigures.all.map { $0.name }.joined(separator: ", ")).")
  var only: Selection?

  func validate() throws {
    guard [rounds, longRounds, workers, many, idleSeconds, shortageSeconds].allSatisfy({ $0 > 0 }) else {
      throw ValidationError("The numbers must be 1 or more.")
    }
    try only?.validate(against: WorkerFigures.all.map { $0.name })
  }

  func run() throws {
    let progress = Progress()
    guard geteuid() == 0 else { throw BenchError.unavailable(reason: "needs root, for pid namespaces") }
    guard let own = Files.absolute(swinit) else { throw BenchError.unavailable(reason: "there is no \(swinit)") }
    let isolation = bench_isolate()
    guard isolation == 0 else { throw BenchError.system(call: "a pid namespace", errno: isolation) }
    let payloads = try Payloads(Payloads.workers)
    let copy = "\(payloads.directory)/swinit"
    try Files.copy(own, to: copy)
    var systems: [WorkerSystem] = [.swinit(copy)]
    for peer in WorkerSystem.peers {
      if let reason = peer.absence { progress.note("\(peer.name) is left out: \(reason)") } else { systems.append(peer) }
    }
    progress.note("systemd is left out: \(WorkerSystem.systemdAbsence(payloads))")
    let extent = WorkerLaboratory.Extent(
      rounds: rounds, longRounds: longRounds, workers: workers, many: many, idleSeconds: idleSeconds,
      shortageSeconds: shortageSeconds)
    let laboratory = WorkerLaboratory(systems: systems, payloads: payloads, extent: extent, progress: progress)
    var report = Report([try ReportParts.Program(name: Subject.swinit, path: copy)], extent)
    for figure in WorkerFigures.all where only?.names.contains(figure.name) ?? true {
      do {
        report.figures += try figure.measure(in: laboratory)
      } catch {
        progress.note("\(figure.name) is not measured: \(error)")
        report.skipped.append(ReportParts.Skipped(figure: figure.name, reason: "\(error)"))
      }
    }
    progress.clear()
    print(Table(rows: report.figures, lineup: .workers).text, terminator: "")
    if let json { try report.write(to: json) }
  }
}
