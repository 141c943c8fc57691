import Glibc
import Testing

/// A signal in the first microseconds is not lost.
@Suite(.serialized) struct EarlySignalTests {
  private func losses(_ signal: Int32, _ mode: String, _ options: [String], _ command: [String]) throws -> String {
    let words = ["early", "\(signal)", "150", mode, "--", Place.swinit] + options + ["--"] + command
    let run = try Session(words, program: Place.probe).finish(within: 60)
    return String(run.out.split(separator: "\n").last { $0.hasPrefix("delivered") } ?? "\(run)")
  }

  /// Blocked by whoever started swinit, so that the kernel keeps it from before the exec; the mask goes on to the command.
  @Test(arguments: [SIGTERM, SIGUSR1, 40], [["--signal-target", "group"], ["--signal-target", "child"]])
  func blockedFromBefore(_ signal: Int32, _ options: [String]) throws {
    let result = try losses(signal, "blocked", options, [Place.probeStatic, "signals", "\(signal)"])
    #expect(result == "delivered 150 lost 0 other 0")
  }

  /// As soon as PID 1 is seen to block or catch it: the command gets it, before its exec or after.
  @Test(arguments: [SIGTERM, SIGINT, 40], [["--signal-target", "group"], ["--signal-target", "child"]])
  func asSoonAsItIsTaken(_ signal: Int32, _ options: [String]) throws {
    let result = try losses(signal, "seen", options, [Place.probeStatic, "hold"])
    #expect(result == "delivered 150 lost 0 other 0")
  }
}
