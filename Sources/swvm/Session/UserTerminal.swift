import Glibc

/// The terminal that swvm itself was started at: raw while a machine has it, as it was before afterwards.
final class UserTerminal {
  private let before: termios

  /// Whether both ends of a conversation are one.
  static var isThere: Bool { isatty(0) == 1 && isatty(1) == 1 }

  init?() {
    var settings = termios()
    guard tcgetattr(0, &settings) == 0 else { return nil }
    before = settings
    cfmakeraw(&settings)
    tcsetattr(0, TCSADRAIN, &settings)
  }

  deinit {
    var settings = before
    tcsetattr(0, TCSADRAIN, &settings)
  }

  static var size: (rows: UInt16, columns: UInt16) {
    var size = winsize()
    guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else { return (24, 80) }
    return (size.ws_row, size.ws_col)
  }
}

/// Ctrl-A and what follows it: swvm's own keys.
struct Escape {
  enum Meaning {
    case leave
  }

  private var isOpen = false

  /// Takes swvm's own keys out of what was typed. Ctrl-A twice is one Ctrl-A.
  mutating func filter(_ bytes: [UInt8]) -> (bytes: [UInt8], meaning: Meaning?) {
    var rest: [UInt8] = []
    for byte in bytes {
      switch (isOpen, byte) {
      case (false, 1): isOpen = true
      case (false, _): rest.append(byte)
      case (true, UInt8(ascii: "x")), (true, UInt8(ascii: "X")): return (rest, .leave)
      case (true, 1):
        rest.append(1)
        isOpen = false
      case (true, _):
        rest += [1, byte]
        isOpen = false
      }
    }
    return (rest, nil)
  }
}
