import Boot
import Sys

/// Whom this program is, by the base name of argv[0]: itself, one of the inits it stands in for, or what ends
/// a machine.
///
/// The others' options, variables, message forms and exit codes are kept. What no user of theirs can want is not: options of the command
/// that are taken for the init's own, lost signals, a blocked Ctrl-Z, an endless wait when SIGCHLD is ignored.
enum Personality {
  case native, tini, dumbInit, catatonit
  case power(PowerName)

  /// What a command line asks for.
  enum Request {
    /// Run what the configuration holds.
    case run
    /// Write this to standard output, or to standard error, and exit with 0.
    case say(StandardStream, [StaticString])
    /// The native `--help`, which is made from the table of options.
    case help
    /// Hold a namespace open.
    case pause
    /// The end of the machine, by the rest of the command line.
    case power(PowerName)
  }

  init(name: CString?) {
    let name = name?.text.baseName ?? Text("")
    if name == "docker-init" || name == "tini" || name.hasPrefix("tini-") {
      self = .tini
    } else if name == "dumb-init" {
      self = .dumbInit
    } else if name == "catatonit" || name == "podman-init" {
      self = .catatonit
    } else if let power = PowerName(name) {
      self = .power(power)
    } else {
      self = .native
    }
  }

  /// Reads the command line and the variables into `configuration`, which is all defaults.
  func parse(
    _ arguments: SpawnRequest.Vector, _ environment: Environment, into configuration: inout Configuration
  ) throws(UsageError) -> Request {
    switch self {
    case .native: try NativeParser.parse(arguments, environment, into: &configuration)
    case .tini: try TiniParser.parse(arguments, environment, into: &configuration)
    case .dumbInit: try DumbInitParser.parse(arguments, environment, into: &configuration)
    case .catatonit: try CatatonitParser.parse(arguments, environment, into: &configuration)
    case .power(let name): .power(name)
    }
  }
}
