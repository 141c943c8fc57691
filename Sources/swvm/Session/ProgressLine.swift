import Boot
import Glibc

/// One line on a terminal that says what is being waited for, gone as soon as the command runs.
struct ProgressLine {
  private let isWanted: Bool
  private let begin = Clock.now
  private var isShown = false

  init(_ verbosity: ConsoleText.Showing) { isWanted = StandardError.isTerminal && verbosity == .hidden }

  /// Seconds until it should be looked at again; nil: never.
  var interval: Double? { isWanted ? 0.2 : nil }

  mutating func show(_ state: HostWindow.State, consoleHasSpoken: Bool) {
    guard isWanted, Clock.now - begin > 0.4 else { return }
    let what = state == .silent ? (consoleHasSpoken ? "the kernel boots" : "QEMU starts") : "the command starts"
    isShown = true
    StandardError.write("\r\u{1B}[Kswvm: \(what) … \(Int((Clock.now - begin) * 10).tenths) s")
  }

  mutating func clear() {
    if isShown { StandardError.write("\r\u{1B}[K") }
    isShown = false
  }
}

extension Int {
  fileprivate var tenths: String { "\(self / 10).\(self % 10)" }
}
