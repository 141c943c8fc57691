import CSys

/// The controlling terminal's keys, one by one and not shown, from `take` to `giveBack`. Its signals stay signals.
public struct TerminalKeys: ~Copyable {
  /// -1: there is no controlling terminal, or nothing was taken.
  public private(set) var rawValue: Int32 = -1
  private var before = termios()

  public init() {}
  deinit { if rawValue >= 0 { _ = csys_close(rawValue) } }

  /// Opens /dev/tty, and has keys come as they are pressed; tcsetattr(3).
  public mutating func take() {
    if rawValue < 0 {
      guard let device = try? FileDescriptor(openingAboveStandard: "/dev/tty", .readWrite),
        tcgetattr(device.rawValue, &before) == 0
      else { return }
      rawValue = device.release()
    }
    var settings = before
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
    tcsetattr(rawValue, TCSANOW, &settings)
  }

  /// It is as it was.
  public mutating func giveBack() {
    if rawValue >= 0 { tcsetattr(rawValue, TCSANOW, &before) }
  }

  /// The next key; nil when the terminal has gone.
  public func next() -> UInt8? {
    var key: UInt8 = 0
    let count = withUnsafeMutableBytes(of: &key) { try? FileDescriptor.read(from: rawValue, into: $0) }
    return count == 1 ? key : nil
  }
}

extension StandardStream {
  /// How many rows and columns the terminal has, TIOCGWINSZ; nil when it does not say.
  public var size: (rows: Int, columns: Int)? {
    var size = InlineArray<4, UInt16>(repeating: 0)
    var span = size.mutableSpan
    let result = span.withUnsafeMutableBufferPointer { csys_ioctl(rawValue, 0x5413, $0.baseAddress) }
    return result == 0 && size[0] > 0 && size[1] > 0 ? (Int(size[0]), Int(size[1])) : nil
  }
}

extension Signal {
  public static let windowChange = Signal(SIGWINCH)
}
