import Sys

/// How often people are told that somebody was refused: who tries again and again does not fill the log.
struct RefusalLimit {
  private static let pause = Interval.seconds(10)
  private var next: Instant?
  private var silent = 0

  /// Notes one. Gives how many were not told since the last that was; nil: this is one of those.
  mutating func note(at now: Instant) -> Int? {
    if let next, now < next {
      silent += 1
      return nil
    }
    defer { silent = 0 }
    next = now + RefusalLimit.pause
    return silent
  }
}

extension Supervisor {
  /// Root, who swinit runs as, and members of the control group.
  func mayControl(_ socket: borrowing Socket) -> Bool {
    guard let peer = socket.peer else { return false }
    if peer.user == 0 || peer.user == Attributes.user { return true }
    return setting.controlGroup.map { socket.isPeer(in: $0) } ?? false
  }

  @inline(never)
  func sayRefusal(_ socket: borrowing Socket) {
    guard let peer = socket.peer, let silent = refusals.note(at: .now) else { return }
    let more: Message = silent == 0 ? "" : "; \(silent) more since the last such line"
    say("refused a request of user \(Int(peer.user)) (process \(peer.process))\(more)")
  }

  /// Gives the control socket to the group that may use it.
  func openToGroup() {
    guard let group = setting.controlGroup, place.control[0] != UInt8(ascii: "@") else { return }
    let path = CString(copying: place.control)
    do throws(Errno) {
      try Directory.setGroup(of: path, group)
      try Directory.setMode(of: path, 0o660)
    } catch {
      say("cannot give \(path) to group \(Int(group)): \(error); root and swinit's own user may use it")
    }
  }
}
