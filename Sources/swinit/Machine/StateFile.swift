import Boot
import Sys

/// Where a system's state is asked for: a file of one line, as the kernel's own are.
enum StateFile {
  static let path: CString = "/run/swinit/system_state"
  private static let next: CString = "/run/swinit/.system_state"

  /// Replaces it as a whole: who reads sees one state or the other. Without a /run nobody asks.
  static func publish(_ state: SystemState) {
    var line: Message = "\(state.name)"
    line.append("\n")
    try? Directory.make("/run/swinit")
    do throws(Errno) {
      try FileDescriptor(creating: next, mode: 0o644).write(line)
      try Directory.rename(next, to: path)
    } catch {}
  }
}
