import Boot
import Sys

/// What those who are logged in are told, as by wall(1): on every pseudo-terminal and on the kernel's active consoles.
struct Broadcast {
  enum Mode {
    case everybody, nobody
  }

  var mode = Mode.everybody
  /// The words of the command line; nil: none.
  var words: SpawnRequest.Vector?

  /// Sends the words, and `line` below them. Nobody is waited for.
  @inline(never)
  func send(_ line: Message) {
    guard mode == .everybody, words != nil || line.count > 0 else { return }
    var text: Message = ""
    text.append("\r\n\u{7}Broadcast message from root@")
    text.append(Caller.hostName.text)
    if let terminal = Caller.terminalName { text.append(contentsOf: " (\(terminal))") }
    text.append(":\r\n\r\n")
    appendWords(to: &text)
    text.append(contentsOf: line)
    text.append("\r\n\r\n")
    Broadcast.forEachTerminal { path in
      if let terminal = try? FileDescriptor(telling: path) { try? terminal.write(text) }
    }
  }

  /// Up to about 700 bytes of them: what is to come must fit behind.
  private func appendWords(to text: inout Message) {
    guard let words else { return }
    var index = 0
    while let word = words[index] {
      for byte in CString(at: UnsafePointer(word)).text.bytes {
        guard text.count < 750 else { return text.append("…\r\n") }
        // A terminal must not take them for orders.
        text.append(byte: byte < 0x20 || byte == 0x7F ? UInt8(ascii: "?") : byte)
      }
      index += 1
      text.append(words[index] == nil ? "\r\n" : " ")
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
