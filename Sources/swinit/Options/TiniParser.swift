import Boot
import Sys

/// swinit as tini and docker-init: -h -s -v -w -g -l -p SIG -e CODE --version, and the TINI_ variables.
enum TiniParser {
  static func parse(
    _ arguments: SpawnRequest.Vector, _ environment: Environment, into configuration: inout Configuration
  ) throws(UsageError) -> Personality.Request {
    configuration.log.voice = .tini
    configuration.signalTarget = .child
    // tini ends when its child does, and a text without "#!" is the shell's.
    configuration.leftovers = .leftToTheKernel
    configuration.plainText = .forTheShell
    let complaint = NativeParser.complaint(reading: environment, into: &configuration)
    var verbosity = configuration.log.threshold.rawValue

    var reader = OptionReader(arguments, letters: "p:hvwgle:sV", long: [.init(name: "version", letter: UInt8(ascii: "V"))])
    while let (letter, value) = try reader.next() {
      switch (letter, value) {
      case (UInt8(ascii: "h"), _): return .say(.output, [usage])
      case (UInt8(ascii: "l"), _): return .say(.output, [licence])
      case (UInt8(ascii: "V"), _): return .say(.output, ["tini version ", Version.text, "_swinit\n"])
      case (UInt8(ascii: "v"), _): verbosity += 1
      case (UInt8(ascii: "w"), _): configuration.warnsOfOrphans = .each
      case (UInt8(ascii: "g"), _): configuration.signalTarget = .group
      case (UInt8(ascii: "p"), let value?):
        guard let signal = Signal(value.text) else { throw bad(value, "-p") }
        configuration.parentDeathSignal = signal
      case (UInt8(ascii: "e"), let value?):
        guard let code = value.text.decimal(upTo: 255) else { throw bad(value, "-e") }
        configuration.exitMap[Int32(code)] = 0
      default: break  // -s: swinit makes itself a subreaper whenever it has to
      }
    }

    if environment.isOn("TINI_KILL_PROCESS_GROUP") { configuration.signalTarget = .group }
    if let value = environment.value("TINI_VERBOSITY") { verbosity = value.text.decimal(upTo: 1_000_000) ?? 0 }
    configuration.log.threshold = Log.Level(rawValue: min(verbosity, Log.Level.debug.rawValue)) ?? .fatal

    if let complaint { throw complaint }
    guard let command = reader.command else { throw UsageError("\(usageLine)", exitCode: 1) }
    configuration.command = command
    return .run
  }

  private static func bad(_ value: CString, _ option: StaticString) -> UsageError {
    UsageError("Not a valid option for \(option): \(value)", exitCode: 1, voice: .tini)
  }

  private static let usageLine: StaticString = "Usage: tini [OPTIONS] PROGRAM -- [ARGS] | --version"
  private static let usage: StaticString = """
    tini (swinit standing in for tini)
    Usage: tini [OPTIONS] PROGRAM -- [ARGS] | --version

      --version  Show the version.
      -h         Show this text.
      -s         Accepted, and not needed.
      -p SIGNAL  Get SIGNAL when the parent ends.
      -v         Say more (up to three times).
      -w         Warn of each orphan that is reaped.
      -g         Send signals to the child's process group.
      -e CODE    Turn this exit code into 0 (may be repeated).
      -l         Show the licence.

    Variables: TINI_SUBREAPER, TINI_KILL_PROCESS_GROUP, TINI_VERBOSITY, and those of swinit --help.

    """
  private static let licence: StaticString = "swinit is licensed under the Apache License, version 2.0.\n"
}
