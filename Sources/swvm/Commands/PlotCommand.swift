import ArgumentParser
import Glibc

/// swvm plot.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot", abstract: "Boot a machine, and draw what it has spent its time on, as an SVG chart.")

  @OptionGroup var machine: MachineOptions
  @Option(name: .shortAndLong, help: ArgumentHelp("Where the chart is written to; - is standard output.", valueName: "FILE"))
  var output = "-"
  @Argument(
    parsing: .captureForPassthrough, help: ArgumentHelp("The command and its words; true when not given.", valueName: "command"))
  var words: [String] = []

  func run() throws {
    var command = words
    if command.first == "--" { command.removeFirst() }
    var request = CommandRequest()
    request.words = command.isEmpty ? ["true"] : command
    request.kernelLog = .sent
    let result = try Run(machine, request, logsInitcalls: .kept).performKeepingLog()
    let chart = Chart(
      title: "swvm: \(request.words.joined(separator: " "))", log: KernelLog(result.log), milestones: result.timing.machinePhases)
    let bytes = Array(chart.svg.utf8)
    if output == "-" {
      Bytes.writeAll(bytes, to: 1)
    } else {
      try Bytes.write(bytes, toFile: output)
    }
    guard result.code == 0 else { throw ExitCode(result.code) }
  }
}
