import Glibc

/// One line on a terminal that tells how far the run is; nothing where stderr is something else.
struct Progress {
  private let isTerminal = isatty(STDERR_FILENO) == 1

  func show(_ text: @autoclosure () -> String) {
    guard isTerminal else { return }
    write("\r\u{1B}[K" + text())
  }

  func clear() {
    guard isTerminal else { return }
    write("\r\u{1B}[K")
  }

  /// A line that stays.
  func note(_ text: String) {
    clear()
    write("swinit-bench: \(text)\n")
  }

  private func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
  }
}
