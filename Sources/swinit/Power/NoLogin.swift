import Sys

/// /run/nologin, which keeps new logins out while it is there, pam_nologin(8), nologin(5). One that somebody else has made stays theirs.
struct NoLogin {
  private enum State {
    case absent, made, notOurs
  }

  private static let path: CString = "/run/nologin"
  /// It is there in the last minutes only.
  static let period = Interval.seconds(300)

  private var state = State.absent

  mutating func make(saying message: Message) {
    guard case .absent = state else { return }
    state = .notOurs
    var line = message
    line.append("\n")
    do throws(Errno) {
      try NewFile.make(NoLogin.path, saying: line)
      state = .made
    } catch {}
  }

  mutating func remove() {
    guard case .made = state else { return }
    NewFile.remove(NoLogin.path)
    state = .absent
  }
}
