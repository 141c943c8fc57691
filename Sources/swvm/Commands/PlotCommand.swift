import ArgumentParser

/// swvm plot.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "plot")
}
