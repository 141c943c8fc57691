import Boot
import Sys

/// The end of a machine's disks, when no process is left: what is to be found at the next start is saved, swap is turned off, and
/// everything is unmounted.
enum FileSystemsEnd {
  static func run(_ log: Log) {
    let report: (SystemLine) -> Void = { line in
      switch line {
      case .failure(let message): log.fatal(message)
      case .note(let message): log.info(message)
      }
    }
    _ = RandomSeed.save(report)
    _ = SystemClock.leaveStamp(report)
    _ = ShutdownStorage.turnSwapOff(report)
    _ = ShutdownMounts.end(report)
    ShutdownStorage.nameWhatIsLeft(report)
  }
}
