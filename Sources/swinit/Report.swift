import Sys

/// The one line of JSON at the end. Its memory is taken before the command starts.
struct Report {
  enum Mode {
    case none, line
  }

  private static let leftoverLimit = 32
  /// PIPE_BUF: what one write(2) to a pipe keeps together.
  private static let capacity = 4096

  private let started: Instant
  private let oomKillsBefore: Int?
  private var leftovers: [ProcessTable.Entry] = []
  private var leftoverCount = 0
  private var line: [UInt8] = []

  init?(_ mode: Mode) {
    guard mode == .line else { return nil }
    started = .now
    oomKillsBefore = OutOfMemory.kills
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
    add("{\"report\":\"swinit\",\"version\":\"\(Version.text)\",\"command\":")
    add(string: ending.command)
    if let process = ending.process { add(",\"pid\":\(process)") } else { add(",\"pid\":null") }
    add(",\"code\":\(ending.code),\"status\":\(ending.statusCode),\"signal\":")
    if case .signaled(let signal, let core) = ending.status {
      var name: Message = "\""
      signal.appendName(to: &name)
      add(name)
      add(core == .dumped ? "\",\"core\":true" : "\",\"core\":false")
    } else {
      add("null,\"core\":false")
    }
    if let now = OutOfMemory.kills { add(",\"oom_kills\":\(now - (oomKillsBefore ?? 0))") } else { add(",\"oom_kills\":null") }
    add(",\"reaped\":\(ending.reaped),\"runtime_ms\":\(started.interval(to: .now).milliseconds)")
    add(",\"leftover_count\":\(leftoverCount),\"leftovers\":[")
    for index in leftovers.indices {
      // What still has to fit: the longest entry, and the end.
      guard line.count + 160 <= Report.capacity else { break }
      add(index == 0 ? "{\"pid\":" : ",{\"pid\":")
      add("\(leftovers[index].process),\"name\":")
      leftovers[index].name.withText { name in add(string: name) }
      add("}")
    }
    add("]}\n")
    line.withUnsafeBufferPointer { StandardStream.error.writeUnlessFull($0) }
  }

  private mutating func add(_ message: Message) {
    message.withBytes { bytes in
      for byte in bytes { line.append(byte) }
    }
  }

  /// A JSON string, RFC 8259. Bytes that are no ASCII are written as the code point of the same number: comm is bytes, not text.
  private mutating func add(string text: Text) {
    line.append(UInt8(ascii: "\""))
    for byte in text.prefix(256).bytes {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        line.append(UInt8(ascii: "\\"))
        line.append(byte)
      } else if byte < 0x20 || byte >= 0x7F {
        add("\\u00")
        line.append(Report.digit(byte >> 4))
        line.append(Report.digit(byte & 15))
      } else {
        line.append(byte)
      }
    }
    line.append(UInt8(ascii: "\""))
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
}
