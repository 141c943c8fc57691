import Sys

/// The terminal between swinit and its command: who is in its foreground, and what happens at Ctrl-Z.
struct JobControl {
  private let isInit: Rest.Init

  init(_ isInit: Rest.Init) { self.isInit = isInit }

  /// The terminal, if the command should be given its foreground: when swinit itself has it.
  static func terminalToGive() -> Terminal? {
    guard let terminal = Terminal(), terminal.foreground == .currentGroup else { return nil }
    return terminal
  }

  /// The command was stopped at its terminal. Under a shell swinit stops as well, so that the shell is asked; PID 1 cannot stop, and
  /// nobody could ask it.
  func commandStopped(_ command: ProcessID) {
    guard isInit == .subreaper, let terminal = Terminal(), terminal.foreground == command else { return }
    try? terminal.setForeground(.currentGroup)
    try? ProcessID.current.send(.stop)
  }

  /// SIGCONT is about to be forwarded: a shell has put swinit into the foreground, so that is where the command belongs.
  func commandResumes(_ command: ProcessID) {
    guard isInit == .subreaper, let terminal = Terminal(), terminal.foreground == .currentGroup else { return }
    try? terminal.setForeground(command)
  }

  /// The command has ended: the terminal goes back to where it came from.
  func takeBack(from command: ProcessID) {
    guard isInit == .subreaper, let terminal = Terminal(), terminal.foreground == command else { return }
    try? terminal.setForeground(.currentGroup)
  }
}
