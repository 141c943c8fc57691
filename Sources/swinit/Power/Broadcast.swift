import Boot
import Sys

/// What those who are logged in are told, as by wall(1): on every pseudo-terminal and on the kernel's active consoles.
struct Broadcast {
  enum Mode {
    case everybody, nobody
  }

  var mode = Mode.everybody
  /// The words of the command line.
  private(set) var words: Message = ""

  mutating func add(_ word: Text) {
    if words.count > 0 { words.append(" ") }
    // A terminal must not take them for orders.
    for byte in word.bytes { words.append(byte: byte < 0x20 || byte == 0x7F ? UInt8(ascii: "?") : byte) }
  }

  /// Sends the words, and `line` below them. Nobody is waited for.
  func send(_ line: Message) {
    guard mode == .everybody, words.count > 0 || line.count > 0 else { return }
    var text: Message = ""
    text.append("\r\n\u{7}Broadcast message from root@")
    text.append(Caller.hostName.text)
    if let terminal = Caller.terminalName { text.append(contentsOf: " (\(terminal))") }
    text.append(":\r\n\r\n")
    for part in [words, line] where part.count > 0 {
      text.append(contentsOf: part)
      text.append("\r\n")
    }
    text.append("\r\n")
    Broadcast.forEachTerminal { path in
      if let terminal = try? FileDescriptor(telling: path) { try? terminal.write(text) }
    }
  }

  private static func forEachTerminal(_ body: (CString) -> Void) {
    try? Directory.forEach(in: "/dev/pts") { name in
      // ptmx is no terminal.
      if name.decimal(upTo: Int(Int32.max)) != nil { body(CString(copying: Text("/dev/pts/"), name)) }
    }
    let active = FileDescriptor.text(of: "/sys/class/tty/console/active")
    let names = active.cut(at: UInt8(ascii: "\n"))?.before ?? active
    guard !names.isEmpty else { return body("/dev/console") }
    names.forEachPart(separatedBy: UInt8(ascii: " ")) { name in
      if !name.isEmpty { body(CString(copying: Text("/dev/"), name)) }
    }
  }
}
