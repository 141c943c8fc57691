import ArgumentParser
import CBench
import Foundation

/// `swinit-bench containers`: PID 1 of a pid namespace.
struct MeasureContainers: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "containers",
    abstract: "Measures swinit against tini, dumb-init, catatonit and no init at all.",
    discussion: """
      Needs root, for pid namespaces. In every round each subject runs once, in an order that is drawn anew; a value is the median \
      of the rounds, a ratio the median of the rounds' ratios. The table tells whether a bound is met; the exit code does not.
      """)

  @Option(help: "The binary to measure.") var swinit = "build/swinit"
  @Option(help: "The same binary with symbols, for the allocations. (default: SWINIT.debug)") var debugBinary: String?
  @Option(help: "Write the results to this JSON file.") var json: String?
  @Option(help: "Rounds of the figures that take milliseconds.") var rounds = 1000
  @Option(help: "Rounds of the figures that take seconds.") var longRounds = 5
  @Option(help: "Orphans to reap.") var orphans = 20_000
  @Option(help: "Orphans that end at once, in the burst; up to 1000.") var batch = 500
  @Option(help: "Seconds to watch an idle init for.") var idleSeconds = 10
  @Option(help: "Only these figures, with commas: \(Figures.all.map { $0.name }.joined(separator: ", ")).") var only: Selection?

  func validate() throws {
    guard [rounds, longRounds, orphans, batch, idleSeconds].allSatisfy({ $0 > 0 }), batch <= 1000 else {
      throw ValidationError("The numbers must be 1 or more, and --batch 1000 at most.")
    }
    try only?.validate(against: Figures.all.map { $0.name })
  }

  func run() throws {
    let progress = Progress()
    guard geteuid() == 0 else { throw BenchError.unavailable(reason: "needs root, for pid namespaces") }
    // Before anything is started: a kill(-1, …) by a faulty init, run as root, would end every process of the machine.
    let isolation = bench_isolate()
    guard isolation == 0 else { throw BenchError.system(call: "a pid namespace", errno: isolation) }
    let (present, missing) = Subject.find(swinit: swinit)
    for name in missing { progress.note("\(name) is missing; going on without it") }
    let extent = Laboratory.Extent(
      rounds: rounds, longRounds: longRounds, orphans: orphans, batch: batch, idleSeconds: idleSeconds)
    let payloads = try Payloads(Payloads.containers)
    var subjects: [Subject] = []
    for subject in present { subjects.append(try subject.copied(to: payloads.directory)) }
    let laboratory = Laboratory(
      subjects: subjects, payloads: payloads, extent: extent, debugBinary: debugBinary ?? "\(swinit).debug",
      progress: progress)
    var programs: [ReportParts.Program] = []
    for subject in present {
      if let path = subject.path { programs.append(try ReportParts.Program(name: subject.name, path: path)) }
    }
    var report = Report(programs, extent)
    for figure in Figures.all where only?.names.contains(figure.name) ?? true {
      do {
        report.figures += try figure.measure(in: laboratory)
      } catch {
        progress.note("\(figure.name) is not measured: \(error)")
        report.skipped.append(ReportParts.Skipped(figure: figure.name, reason: "\(error)"))
      }
    }
    progress.clear()
    print(Table(rows: report.figures).text, terminator: "")
    if let json { try report.write(to: json) }
  }
}
