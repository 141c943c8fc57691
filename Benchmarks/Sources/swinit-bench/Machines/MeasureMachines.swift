import ArgumentParser
import Foundation

/// `swinit-bench machines`: PID 1 of a machine.
struct MeasureMachines: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "machines",
    abstract: "Measures swinit against busybox init, a shell script, systemd and no init at all, in machines of QEMU's.",
    discussion: """
      Needs no root. In every round each subject is booted once, in an order that is drawn anew; a value is the median of the rounds, a \
      ratio the median of the rounds' ratios, with what a tenth of them are below and above. The table tells whether a bound is met; the \
      exit code does not.
      """)

  @Option(help: "The binary to measure.") var swinit = "build/swinit"
  @Option(help: "The kernel to boot, as scripts/kernel unpacks it.") var kernel = "build/kernel/boot"
  @Option(help: "Where the package's scripts are.") var scripts = "scripts"
  @Option(help: "Write the results to this JSON file.") var json: String?
  @Option(help: "Boots of each subject.") var boots = 10
  @Option(help: "Boots of each subject in which instructions are counted; 0 for none.") var countedBoots = 3
  @Option(help: "Only these figures, with commas: \(MachineFigures.all.map { $0.name }.joined(separator: ", ")).")
  var only: Selection?

  func validate() throws {
    guard boots > 0, countedBoots >= 0 else { throw ValidationError("--boots must be 1 or more.") }
    try only?.validate(against: MachineFigures.all.map { $0.name })
  }

  func run() throws {
    let progress = Progress()
    guard let own = Files.absolute(swinit) else { throw BenchError.unavailable(reason: "there is no \(swinit)") }
    guard let emulator = Files.search("qemu-system-x86_64") else {
      throw BenchError.unavailable(reason: "qemu-system-x86_64 is not installed")
    }
    let payloads = try Payloads(Payloads.machines)
    let extent = MachineLaboratory.Extent(boots: boots, countedBoots: countedBoots)
    let laboratory = MachineLaboratory(
      machine: Machine(kernel: kernel, directory: payloads.directory),
      workshop: Workshop(scripts: scripts, directory: payloads.directory, swinit: own), payloads: payloads, extent: extent,
      progress: progress)
    var report = Report(try programs(own, emulator), extent)
    for figure in MachineFigures.all where only?.names.contains(figure.name) ?? true {
      do {
        report.figures += try figure.measure(in: laboratory)
      } catch {
        progress.note("\(figure.name) is not measured: \(error)")
        report.skipped.append(ReportParts.Skipped(figure: figure.name, reason: "\(error)"))
      }
    }
    progress.clear()
    print(Table(rows: report.figures, lineup: .machines, spread: .shown).text, terminator: "")
    if let json { try report.write(to: json) }
  }

  private func programs(_ swinit: String, _ emulator: String) throws(BenchError) -> [ReportParts.Program] {
    var programs = [try ReportParts.Program(name: Subject.swinit, path: swinit), try .init(name: "QEMU", path: emulator)]
    if let busybox = Files.search("busybox") { programs.append(try .init(name: Subject.busybox, path: busybox, ["--help"])) }
    if let systemd = Files.absolute("/lib/systemd/systemd") { programs.append(try .init(name: Subject.systemd, path: systemd)) }
    return programs
  }
}
