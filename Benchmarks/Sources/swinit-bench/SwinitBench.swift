import ArgumentParser

/// The command line.
@main
struct SwinitBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swinit-bench",
    abstract: "Measures swinit against other inits, in containers and in machines.",
    subcommands: [MeasureContainers.self, MeasureMachines.self, MeasureWorkers.self], defaultSubcommand: MeasureContainers.self)
}
