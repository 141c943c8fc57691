import Boot
import Sys

/// The end of a machine's disks, when no process is left: what is to be found at the next start is saved, swap is turned off, and
/// everything is unmounted.
enum FileSystemsEnd {
  static func run(_ log: Log) {
    _ = RandomSeed.save { tell($0, log) }
    _ = SystemClock.leaveStamp { tell($0, log) }
    close(log)
  }

  /// The disks alone: a machine that exists for one command has nothing to keep.
  static func close(_ log: Log) {
    let report: (SystemLine) -> Void = { tell($0, log) }
    _ = ShutdownStorage.turnSwapOff(report)
    _ = ShutdownMounts.end(report)
    ShutdownStorage.nameWhatIsLeft(report)
  }

  private static func tell(_ line: SystemLine, _ log: Log) {
    switch line {
    case .failure(let message): log.fatal(message)
    case .note(let message): log.info(message)
    }
  }
}
