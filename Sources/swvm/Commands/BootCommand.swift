import ArgumentParser

/// swvm boot.
struct BootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "boot", abstract: "A shell in a fresh machine. Ctrl-A x leaves it.")

  @OptionGroup var machine: MachineOptions
  @Option(help: ArgumentHelp("The shell.", valueName: "FILE"))
  var shell = "/bin/sh"

  func run() throws {
    var request = CommandRequest()
    request.words = [shell]
    throw ExitCode(try Run(machine, request).perform())
  }
}
