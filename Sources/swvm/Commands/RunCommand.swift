import ArgumentParser
import Glibc

/// swvm run.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a command in a fresh machine.",
    discussion: """
      Without --rootfs the machine sees the host's own root, read-only, with memory over it that can be written to; the command begins in \
      the current directory. Ends with the command's exit code; 128+n for a signal; 124 at --timeout; 125 for a mistake of swvm's or in its \
      options; 255 when the machine was lost.
      """)

  @OptionGroup var machine: MachineOptions
  @Option(
    help: ArgumentHelp("The command may take this long, such as 30s; then it is killed, and the code is 124.", valueName: "TIME"))
  var timeout: String?
  @Option(help: ArgumentHelp("Variable for the command. Can be repeated.", valueName: "NAME=VALUE"))
  var env: [String] = []
  @Option(help: ArgumentHelp("User for the command, as the machine's /etc/passwd has it.", valueName: "NAME"))
  var user: String?
  @Option(help: ArgumentHelp("Directory for the command.", valueName: "DIR"))
  var chdir: String?
  @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("The command and its words.", valueName: "command"))
  var words: [String] = []

  func run() throws {
    var command = words
    if command.first == "--" {
      command.removeFirst()
    } else if let word = command.first, word.hasPrefix("-") {
      throw Complaint("there is no option \(word); swvm run --help lists them")
    }
    guard !command.isEmpty else { throw Complaint("there is no command; swvm run [OPTION…] -- COMMAND [WORD…]") }
    for variable in env where variable.firstIndex(of: "=").map({ $0 == variable.startIndex }) ?? true {
      throw Complaint("--env \(variable): expected NAME=VALUE")
    }
    var request = CommandRequest()
    request.words = command
    request.variables = env
    request.user = user
    request.directory = chdir
    request.timeout = try timeout.map(Duration.seconds)
    throw ExitCode(try Run(machine, request).perform())
  }
}

/// A length of time as people write it.
enum Duration {
  /// 90, 90s, 500ms, 2m, 1h.
  static func seconds(_ word: String) throws(Complaint) -> Double {
    let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("", 1)]
    for (unit, factor) in units where word.hasSuffix(unit) {
      guard let number = Double(word.dropLast(unit.count)), number > 0, number < 1e9 else { break }
      return number * factor
    }
    throw Complaint("--timeout \(word): expected a time such as 30s, 500ms or 2m")
  }
}
