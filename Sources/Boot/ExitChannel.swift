public import Sys

/// How a test machine tells its host how the command ended, besides the trailer line that it always prints.
public enum ExitChannel {
  /// QEMU's isa-debug-exit: a byte N to the port makes QEMU exit with N·2+1.
  case debugExit(port: UInt16)
  /// A line to this device: a second serial port.
  case device(CString)
  /// A line to the virtio port of this name.
  case port(Text)
  /// The trailer alone.
  case none

  /// Reads `auto`, `debug-exit[:PORT]`, `tty:/dev/NAME`, `port:NAME`, `none`. The port is hexadecimal with 0x, else decimal.
  ///
  /// `auto` is the trailer alone: a machine without the device may take a write to its port for something else.
  public init(_ word: Text) throws(BadWord) {
    let (kind, value): (Text, Text?) = word.cut(at: UInt8(ascii: ":")).map { ($0.before, $0.after) } ?? (word, nil)
    switch (kind, value) {
    case _ where word == "auto" || word == "none": self = .none
    case (_, nil) where kind == "debug-exit": self = .debugExit(port: 0xF4)
    case (_, let port?) where kind == "debug-exit":
      guard let number = ExitChannel.port(port) else { throw BadWord(port, expected: "an I/O port such as 0xf4") }
      self = .debugExit(port: number)
    case (_, let path?) where kind == "tty" && path.hasPrefix("/"): self = .device(CString(copying: path))
    case (_, let name?) where kind == "port" && !name.isEmpty: self = .port(name)
    default: throw BadWord(word, expected: "auto, debug-exit[:PORT], tty:/dev/NAME, port:NAME or none")
    }
  }

  private static func port(_ word: Text) -> UInt16? {
    guard word.hasPrefix("0x") else { return word.decimal(upTo: 0xFFFF).map { UInt16($0) } }
    guard word.count > 2, word.count <= 6 else { return nil }
    var number: UInt16 = 0
    for byte in word.dropFirst(2).bytes {
      guard let digit = hexadecimal(byte) else { return nil }
      number = number << 4 | UInt16(digit)
    }
    return number
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
