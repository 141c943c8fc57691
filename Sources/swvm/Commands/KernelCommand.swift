import ArgumentParser

/// swvm kernel.
struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "kernel")
}
