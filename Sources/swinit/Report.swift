import Sys

/// The one line of JSON at the end. Its memory is taken before the command starts.
struct Report {
  enum Mode {
    case none, line
  }

  private static let leftoverLimit = 32
  /// PIPE_BUF: what one write(2) to a pipe keeps together.
  private static let capacity = 4096

  /// What was so when it began.
  struct Begin {
    var started = Instant.now
    var oomKills = OutOfMemory.kills
  }

  let begin: Begin
  private var leftovers: [ProcessTable.Entry] = []
  private var leftoverCount = 0
  private var line: [UInt8] = []

  init?(_ mode: Mode, _ begin: @autoclosure () -> Begin = Begin()) {
    guard mode == .line else { return nil }
    self.begin = begin()
    leftovers.reserveCapacity(Report.leftoverLimit)
    line.reserveCapacity(Report.capacity)
  }

  /// Notes a process that the command has left behind.
  mutating func note(_ leftover: ProcessTable.Entry) {
    leftoverCount += 1
    if leftovers.count < Report.leftoverLimit { leftovers.append(leftover) }
  }

  /// How the command ended, for `send`.
  struct Ending {
    let command: Text
    let process: ProcessID?
    let status: WaitStatus?
    /// The command's own code, or what stands for it when it did not start.
    let statusCode: Int32
    /// What swinit exits with.
    let code: Int32
    let reaped: Int
  }

  /// Writes the line to standard error.
  mutating func send(_ ending: Ending) {
    line.removeAll(keepingCapacity: true)
    var part: Message = "{\"report\":\"swinit\",\"version\":\"\(Version.text)\",\"command\":"
    part.append(json: ending.command)
    part.append(",\"pid\":")
    part.append(json: ending.process.map { Int($0.rawValue) })
    part.append(contentsOf: ",\"code\":\(ending.code),\"status\":\(ending.statusCode),\"signal\":")
    var core: StaticString = "false"
    if case .signaled(let signal, let dump) = ending.status {
      part.append("\"")
      signal.appendName(to: &part)
      part.append("\"")
      if dump == .dumped { core = "true" }
    } else {
      part.append("null")
    }
    part.append(contentsOf: ",\"core\":\(core),\"oom_kills\":")
    part.append(json: OutOfMemory.kills.map { $0 - (begin.oomKills ?? 0) })
    let runtime = begin.started.interval(to: .now).milliseconds
    part.append(
      contentsOf: ",\"reaped\":\(ending.reaped),\"runtime_ms\":\(runtime),\"leftover_count\":\(leftoverCount),\"leftovers\":[")
    add(part)
    for index in leftovers.indices {
      // What still has to fit: the longest entry, and the end.
      guard line.count + 160 <= Report.capacity else { break }
      var entry: Message = index == 0 ? "{\"pid\":" : ",{\"pid\":"
      entry.append(decimal: Int(leftovers[index].process.rawValue))
      entry.append(",\"name\":")
      leftovers[index].name.withText { entry.append(json: $0) }
      entry.append("}")
      add(entry)
    }
    add("]}\n")
    line.withUnsafeBufferPointer { StandardStream.sayUnlessFull($0) }
  }

  private mutating func add(_ message: Message) {
    message.withBytes { bytes in
      for byte in bytes { line.append(byte) }
    }
  }
}

extension Message {
  /// A JSON string, RFC 8259, of at most 64 bytes of `text`. Bytes that are no ASCII are written as the code point of the same number:
  /// comm and command words are bytes, not text.
  fileprivate mutating func append(json text: Text) {
    append("\"")
    for byte in text.prefix(64).bytes {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { append("\\") }
      if byte < 0x20 || byte >= 0x7F {
        append("\\u00")
        append(hexadecimalByte: byte)
      } else {
        append(byte: byte)
      }
    }
    append("\"")
  }

  fileprivate mutating func append(json number: Int?) {
    if let number { append(decimal: number) } else { append("null") }
  }
}
