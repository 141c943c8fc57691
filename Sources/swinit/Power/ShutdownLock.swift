import Sys

/// The one shutdown that waits: /run/swinit/shutdown.pid, which it holds locked for as long as it lives.
struct ShutdownLock: ~Copyable {
  private static let directory: CString = "/run/swinit"
  private static let path: CString = "/run/swinit/shutdown.pid"

  private let file: LockFile

  /// nil where no such file can be made: then it cannot be cancelled by -c, and says so.
  static func take() throws(UsageError) -> ShutdownLock? {
    let file: LockFile
    do throws(Errno) {
      try Directory.make("/run")
      try Directory.make(directory)
      file = try LockFile(making: path)
    } catch {
      PowerName.shutdown.say("warning: 'shutdown -c' will not find this one: \(path): \(error)")
      return nil
    }
    if case .other(let process) = file.take() {
      throw PowerName.shutdown.error("\(describe(process)) is waiting already; 'shutdown -c' cancels it")
    }
    try? file.sign()
    return ShutdownLock(file: file)
  }

  /// Ends the wait of the one that holds it.
  static func cancelOther() throws(UsageError) {
    guard let file = try? LockFile(opening: path), case .other(let holder) = file.take() else {
      throw PowerName.shutdown.error("no shutdown is waiting")
    }
    guard let holder else { throw PowerName.shutdown.error("the shutdown is only starting; try again") }
    do throws(Errno) { try holder.send(.interrupt) } catch {
      throw PowerName.shutdown.error("cannot cancel \(describe(holder)): \(error)")
    }
  }

  private static func describe(_ process: ProcessID?) -> Message {
    guard let process else { return "another shutdown" }
    return "shutdown, process \(process),"
  }
}
