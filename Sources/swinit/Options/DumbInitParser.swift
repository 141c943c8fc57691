import Boot
import Sys

/// swinit as dumb-init: -c -r s:r -v -h -V with their long names, DUMB_INIT_DEBUG and DUMB_INIT_SETSID.
enum DumbInitParser {
  static func parse(
    _ arguments: SpawnRequest.Vector, _ environment: Environment, into configuration: inout Configuration
  ) throws(UsageError) -> Personality.Request {
    configuration.log.voice = .dumbInit
    configuration.plainText = .forTheShell
    // A session of its own has no shell that could continue it after a stop that it may catch. What the user rewrites wins.
    let stops = SignalSet(.terminalStop, .terminalInput, .terminalOutput)
    stops.forEach { configuration.policy.rewrites.rewrite($0, to: .stop) }
    let complaint = NativeParser.complaint(reading: environment, into: &configuration)
    var isSingleChild = environment.value("DUMB_INIT_SETSID").map { $0.text == "0" } ?? false
    if let debug = environment.value("DUMB_INIT_DEBUG"), debug.text == "1" { configuration.log.threshold = .debug }
    var rewritten = SignalSet()

    var reader = OptionReader(
      arguments, letters: "hvVcr:",
      long: [
        .init(name: "help", letter: UInt8(ascii: "h")), .init(name: "single-child", letter: UInt8(ascii: "c")),
        .init(name: "rewrite", letter: UInt8(ascii: "r")), .init(name: "verbose", letter: UInt8(ascii: "v")),
        .init(name: "version", letter: UInt8(ascii: "V")),
      ])
    while let (letter, value) = try reader.next() {
      switch (letter, value) {
      case (UInt8(ascii: "h"), _): return .say(.error, [usage])
      case (UInt8(ascii: "V"), _): return .say(.error, ["dumb-init v", Version.text, "_swinit\n"])
      case (UInt8(ascii: "v"), _): configuration.log.threshold = .debug
      case (UInt8(ascii: "r"), let value?): rewritten.insert(try rewrite(value, &configuration.policy.rewrites))
      default: isSingleChild = true
      }
    }

    if isSingleChild {
      configuration.leads = .inherited
      configuration.signalTarget = .child
      stops.subtracting(rewritten).forEach { signal in
        if configuration.policy.rewrites[signal] == .stop { configuration.policy.rewrites.rewrite(signal, to: signal) }
      }
    } else {
      configuration.leads = .session
    }

    if let complaint { throw complaint }
    guard let command = reader.command else {
      throw UsageError("Usage: dumb-init [option] command [[arg] ...]; see dumb-init --help", exitCode: 1)
    }
    configuration.command = command
    return .run
  }

  /// Numbers, as dumb-init has them; names are understood too. Returns the signal that is rewritten.
  private static func rewrite(_ value: CString, _ rewrites: inout SignalRewrites) throws(UsageError) -> Signal {
    if let (from, to) = value.text.cut(at: UInt8(ascii: ":")), let received = Signal(from) {
      let sent = Signal(to)
      if sent != nil || to == "0" {
        rewrites.rewrite(received, to: sent)
        return received
      }
    }
    throw UsageError(
      "Usage: -r option takes <signum>:<signum>, where <signum> is a signal's number or name and the second may be 0; not '\(value)'",
      exitCode: 1)
  }

  private static let usage: StaticString = """
    dumb-init (swinit standing in for dumb-init)
    Usage: dumb-init [option] command [[arg] ...]

      -c, --single-child   Send signals to the command alone, in this session.
      -r, --rewrite s:r    Forward signal s as signal r; 0 drops it (may be repeated).
      -v, --verbose        Say what is done.
      -h, --help           Show this text.
      -V, --version        Show the version.

    Variables: DUMB_INIT_DEBUG=1, DUMB_INIT_SETSID=0, and those of swinit --help.

    """
}
