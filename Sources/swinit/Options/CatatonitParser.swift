import Boot
import Sys

/// swinit as catatonit and podman-init: -g -h -L -P -V and CATATONIT_DEBUG.
enum CatatonitParser {
  static func parse(
    _ arguments: SpawnRequest.Vector, _ environment: Environment, into configuration: inout Configuration
  ) throws(UsageError) -> Personality.Request {
    configuration.log.voice = .catatonit
    configuration.log.threshold = environment.isOn("CATATONIT_DEBUG") ? .debug : .fatal
    configuration.signalTarget = .child
    // catatonit ends when its child does, and a text without "#!" is the shell's.
    configuration.leftovers = .leftToTheKernel
    configuration.plainText = .forTheShell
    let complaint = NativeParser.complaint(reading: environment, into: &configuration)

    var reader = OptionReader(arguments, letters: "ghLPV", long: [.init(name: "version", letter: UInt8(ascii: "V"))])
    var isPause = false
    while let (letter, _) = try reader.next() {
      switch letter {
      case UInt8(ascii: "g"): configuration.signalTarget = .group
      case UInt8(ascii: "h"): return .say(.error, [usage])
      case UInt8(ascii: "L"): return .say(.output, ["swinit is licensed under the Apache License, version 2.0.\n"])
      case UInt8(ascii: "V"): return .say(.output, ["tini version ", Version.text, "_swinit\n"])
      default: isPause = true
      }
    }
    if isPause { return .pause }
    if let complaint { throw complaint }
    guard let command = reader.command else {
      throw UsageError(
        "missing program name; usage: catatonit [-ghLPV] [--] <progname> [<arguments>...]", exitCode: 1, voice: .catatonit)
    }
    configuration.command = command
    return .run
  }

  private static let usage: StaticString = """
    usage: catatonit [-ghLPV] [--] <progname> [<arguments>...]
      -g  send signals to the process group of the program
      -h  show this text
      -L  show the licence
      -P  run no program: reap, and wait for INT or TERM
      -V, --version  show the version

    """
}
