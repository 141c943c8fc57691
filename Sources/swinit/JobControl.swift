import Sys

/// The terminal between swinit and its command: who is in its foreground, and what happens at Ctrl-Z.
struct JobControl {
  private let isInit: Rest.Init

  init(_ isInit: Rest.Init) { self.isInit = isInit }

  /// Gives the terminal up for a command with a session of its own. The HUP and CONT that come of it are nobody's.
  static func giveUp(_ terminal: borrowing Terminal) {
    try? terminal.release()
    _ = SignalQueue.pending(of: SignalSet(.hangup))
    _ = SignalQueue.pending(of: SignalSet(.resume))
  }

  /// A stop from the terminal has reached swinit, and was forwarded: the command does not lead the foreground's group, so swinit is
  /// what the shell waits for.
  func forwardedStop(_ signal: Signal, to leads: SpawnRequest.Group) {
    guard isInit == .subreaper, leads != .own, signal == .terminalStop || signal == .terminalInput || signal == .terminalOutput
    else { return }
    try? ProcessID.current.send(.stop)
  }

  /// The command was stopped at its terminal. Under a shell swinit stops as well, so that the shell is asked; PID 1 cannot stop, and
  /// nobody could ask it.
  func commandStopped(_ command: ProcessID) {
    if passForeground(from: command, to: .currentGroup) { try? ProcessID.current.send(.stop) }
  }

  /// SIGCONT is about to be forwarded: a shell has put swinit into the foreground, so that is where the command belongs.
  func commandResumes(_ command: ProcessID) { _ = passForeground(from: .currentGroup, to: command) }

  /// The command has ended: the terminal goes back to where it came from.
  func takeBack(from command: ProcessID) { _ = passForeground(from: command, to: .currentGroup) }

  /// Makes one group the terminal's foreground in place of another. False when there is nothing to pass: no terminal, another group in
  /// its foreground, or no shell behind swinit.
  @inline(never)
  private func passForeground(from group: ProcessID, to other: ProcessID) -> Bool {
    guard isInit == .subreaper, let terminal = Terminal(), terminal.foreground == group else { return false }
    return (try? terminal.setForeground(other)) != nil
  }
}
