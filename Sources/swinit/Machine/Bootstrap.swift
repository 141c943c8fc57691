import Boot
import Sys

/// What a machine was started with, and what every step of its boot goes by.
struct Bootstrap {
  /// What the kernel has handed over, for the init that comes next.
  let arguments: SpawnRequest.Vector
  let environment: Environment
  let signals: SignalState
  let place: BootMode
  let parameters: BootParameters
  let log: Log

  /// Mounts what the first steps need, and reads the kernel command line. A container is ready as it is, and the line that it sees is
  /// its host's.
  init(_ arguments: SpawnRequest.Vector, _ environment: Environment, _ signals: SignalState, _ place: BootMode) {
    var log = Log()
    var line = Text("")
    if case .container = place {
      log.threshold = .warning
    } else {
      log.copiesTo = .kernel
      Bootstrap.mountFirst(log)
      let text = FileDescriptor.text(of: "/proc/cmdline")
      line = text.cut(at: UInt8(ascii: "\n"))?.before ?? text
    }
    let parameters = BootParameters(line)
    for mistake in parameters.mistakes { log.warning("kernel command line: '\(mistake.word)': expected \(mistake.expected)") }
    self.arguments = arguments
    self.environment = environment
    self.signals = signals
    self.place = place
    self.parameters = parameters
    self.log = log
  }

  private static func mountFirst(_ log: Log) {
    var failures: [(EarlyMount, Errno)] = []
    for mount in EarlyMount.initramfs {
      do throws(Errno) { try mount.attach() } catch { failures.append((mount, error)) }
    }
    // The kernel has opened the console before there was a /dev, on a node that goes with the initramfs. This one stays.
    try? Console.open("/dev/console")
    for (mount, error) in failures { log.warning("cannot mount \(mount.type) on \(mount.target): \(error)") }
  }
}
