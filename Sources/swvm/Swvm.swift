import ArgumentParser
import Glibc

/// The root of the commands.
struct Swvm: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swvm", abstract: "Runs commands in fresh virtual machines, with swinit as their init.", version: Version.text,
    subcommands: [
      RunCommand.self, BootCommand.self, InitramfsCommand.self, KernelCommand.self, DoctorCommand.self, PlotCommand.self,
    ])
}

@main enum Main {
  static func main() async {
    do {
      var command = try Swvm.parseAsRoot()
      if var waiting = command as? any AsyncParsableCommand { try await waiting.run() } else { try command.run() }
    } catch let complaint as Complaint {
      complaint.say()
      exit(Complaint.exitCode)
    } catch let code as ExitCode {
      exit(code.rawValue)
    } catch {
      // --help and --version are no mistakes.
      guard Swvm.exitCode(for: error).isSuccess == false else { Swvm.exit(withError: error) }
      StandardError.write(Swvm.fullMessage(for: error) + "\n")
      exit(Complaint.exitCode)
    }
  }
}
