import ArgumentParser
import Boot
import Subprocess

@main struct Swvm: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "swvm")
}
