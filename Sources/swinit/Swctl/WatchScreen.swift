import Boot
import Sys
import Wire

/// What `swctl list --watch` draws on a terminal.
struct WatchScreen {
  enum Colour { case none, some }

  private let colour: Colour
  private var bytes: [UInt8] = []
  /// Columns that are left on the line.
  private var room = 0

  init(_ colour: Colour) { self.colour = colour }

  static let enter: StaticString = "\u{1B}[?1049h\u{1B}[?25l"
  static let leave: StaticString = "\u{1B}[?25h\u{1B}[?1049l"

  @inline(never)
  mutating func draw(_ table: WatchTable) {
    let size = StandardStream.output.size ?? (rows: 24, columns: 80)
    let rows = table.rows
    // A line above, a line with names of columns, and where some do not fit one below.
    let shown = rows.count + 2 <= size.rows ? rows.count : max(0, size.rows - 3)
    var width = 4
    for index in 0..<shown { width = max(width, rows[index].name.count) }
    add("\u{1B}[H")
    begin(size.columns)
    put(summary(rows))
    end()
    begin(size.columns)
    style("\u{1B}[1m")
    put("NAME", width)
    put("  STATE         PID   CPU%     MEM   UPTIME  RESTARTS")
    end()
    for index in 0..<shown {
      begin(size.columns)
      put(rows[index], width)
      end()
    }
    if shown < rows.count {
      begin(size.columns)
      put("and \(rows.count - shown) more")
      end()
    }
    // The last newline would scroll.
    bytes.removeLast(2)
    add("\u{1B}[J")
    bytes.withUnsafeBufferPointer { try? StandardStream.output.write($0) }
    bytes.removeAll(keepingCapacity: true)
  }

  @inline(never)
  private func summary(_ rows: [WatchTable.Row]) -> Message {
    var running = 0
    var troubled = 0
    for row in rows {
      switch row.state {
      case .running: running += 1
      case .backoff, .killing: troubled += 1
      default: break
      }
    }
    var line: Message = rows.count == 1 ? "1 worker, " : "\(rows.count) workers, "
    line.append(contentsOf: "\(running) running")
    if troubled > 0 { line.append(contentsOf: ", \(troubled) in trouble") }
    line.append("; q leaves")
    return line
  }

  @inline(never)
  private mutating func put(_ row: WatchTable.Row, _ width: Int) {
    row.name.withUnsafeBufferPointer { put(Message(escaping: Text($0)), width) }
    put("  ")
    switch row.state {
    case .running: style("\u{1B}[32m")
    case .backoff, .killing: style("\u{1B}[31m")
    case .ended: style("\u{1B}[2m")
    default: style("\u{1B}[33m")
    }
    put("\(row.state.word)", 9)
    style("\u{1B}[0m")
    right(row.process == 0 ? "-" : "\(row.process)", 8)
    right(row.share.map { "\($0 / 10).\($0 % 10)" } ?? "-", 7)
    right(row.usage.memory.map { WatchScreen.size($0) } ?? "-", 8)
    right(row.process == 0 ? "-" : SwctlOutput.age(row.usage.begun ?? row.since), 9)
    right("\(Int(clamping: row.restarts))", 10)
  }

  /// Bytes in at most five digits.
  static func size(_ bytes: UInt64) -> Message {
    let kibibytes = Int(clamping: bytes / 1024)
    if kibibytes < 10240 { return "\(kibibytes)K" }
    if kibibytes < 10240 << 10 { return "\(kibibytes >> 10)M" }
    return "\(kibibytes >> 20)G"
  }

  // MARK: lines

  private mutating func begin(_ columns: Int) { room = columns }

  /// The rest of the line is empty.
  private mutating func end() {
    style("\u{1B}[0m")
    add("\u{1B}[K\r\n")
  }

  /// What does not count as columns.
  private mutating func style(_ code: StaticString) { if colour == .some { add(code) } }

  private mutating func add(_ code: StaticString) { bytes.append(contentsOf: Text(code).bytes) }

  /// A cell, with blanks behind it; cut where the line ends.
  @inline(never)
  private mutating func put(_ message: Message, _ width: Int = 0) {
    message.withBytes { text in for byte in text { put(byte) } }
    for _ in 0..<max(0, width - message.count) { put(UInt8(ascii: " ")) }
  }

  private mutating func right(_ message: Message, _ width: Int) {
    for _ in 0..<max(0, width - message.count) { put(UInt8(ascii: " ")) }
    put(message)
  }

  private mutating func put(_ byte: UInt8) {
    guard room > 0 else { return }
    bytes.append(byte)
    room -= 1
  }
}

extension Message {
  /// A word that somebody else wrote.
  fileprivate init(escaping text: Text) {
    self.init()
    append(word: text)
  }
}
