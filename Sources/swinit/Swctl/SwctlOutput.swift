import Sys
import Wire

/// What swctl writes: tables for people, JSON for programs.
struct SwctlOutput {
  private var bytes: [UInt8] = []
  private var rows: [Row] = []
  private var count = 0
  /// Why something could not be written; that its reader has gone is no failure.
  private(set) var failure: Errno?

  private struct Row {
    var cells: InlineArray<6, [UInt8]>
  }

  enum Outcome { case written, closed }

  @inline(never)
  mutating func add(_ message: Message) { message.withBytes { bytes.append(contentsOf: $0) } }
  @inline(never)
  mutating func add(_ text: Text) { bytes.append(contentsOf: text.bytes) }

  @inline(never)
  @discardableResult
  mutating func flush() -> Outcome {
    defer { bytes.removeAll(keepingCapacity: true) }
    var outcome = Outcome.written
    bytes.withUnsafeBufferPointer { all in
      do throws(Errno) { try StandardStream.output.write(all) } catch {
        outcome = .closed
        if error != .brokenPipe { failure = error }
      }
    }
    return outcome
  }

  // MARK: lists

  @inline(never)
  mutating func begin(_ form: SwctlCommand.Form) {
    if form == .json {
      add("[")
    } else {
      rows.append(Row(cells: [cell("NAME"), cell("STATE"), cell("PID"), cell("RESTARTS"), cell("SINCE"), cell("LAST END")]))
    }
  }

  @inline(never)
  mutating func add(_ worker: WorkerStatus, _ form: SwctlCommand.Form) {
    if form == .json {
      if count > 0 { add(",") }
      add("\n ")
      add(json: worker)
    } else {
      let process: Message = worker.process.map { "\($0)" } ?? "-"
      rows.append(
        Row(cells: [
          cell(SwctlOutput.name(worker)), cell("\(worker.state.word)"), cell(process), cell("\(Int(clamping: worker.restarts))"),
          cell(SwctlOutput.age(worker.since)), cell(SwctlOutput.words(worker.ending)),
        ]))
    }
    count += 1
  }

  @inline(never)
  mutating func end(_ form: SwctlCommand.Form) {
    if form == .json { add(count > 0 ? "\n]\n" : "]\n") } else { layOut() }
    flush()
  }

  @inline(never)
  private func cell(_ message: Message) -> [UInt8] { message.withBytes { Array($0) } }

  @inline(never)
  private mutating func layOut() {
    var widths = InlineArray<6, Int>(repeating: 0)
    for row in rows { for column in 0..<6 { widths[column] = max(widths[column], row.cells[column].count) } }
    for row in rows {
      for column in 0..<6 {
        bytes.append(contentsOf: row.cells[column])
        guard column < 5 else { continue }
        for _ in row.cells[column].count..<(widths[column] + 2) { bytes.append(UInt8(ascii: " ")) }
      }
      bytes.append(UInt8(ascii: "\n"))
    }
  }

  /// One worker on a line.
  @inline(never)
  mutating func describe(_ worker: WorkerStatus, _ fate: Fate = .goesOn) {
    if fate == .forgotten { return add("\(worker.name): forgotten\n") }
    add("\(SwctlOutput.name(worker)): \(worker.state.word)")
    if let process = worker.process { add(" (pid \(process))") }
    add(" for \(SwctlOutput.age(worker.since))")
    if worker.restarts > 0 { add(", restarts \(Int(clamping: worker.restarts))") }
    if worker.cause == .memory {
      add(", ended by \(SwctlOutput.words(worker.ending)) (out of memory)")
    } else if worker.ending != .none {
      add(", last end: \(SwctlOutput.words(worker.ending))")
    }
    if worker.oomKills > 0 { add(", oom-kills: \(Int(clamping: worker.oomKills))") }
    if worker.dropped > 0 { add(", lines nobody took: \(Int(clamping: worker.dropped))") }
    if !worker.text.isEmpty { add(", says: \(worker.text)") }
    if !worker.control.isEmpty { add(" [\(worker.control)]") }
    if !worker.wanting.isEmpty {
      add(", not limited: ")
      add(worker.wanting, worker.because)
    }
    add("\n")
  }

  @inline(never)
  static func age(_ since: Instant) -> Message {
    let seconds = since.interval(to: .now).milliseconds / 1000
    if seconds < 60 { return "\(seconds)s" }
    if seconds < 3600 { return "\(seconds / 60)m \(seconds % 60)s" }
    if seconds < 86400 { return "\(seconds / 3600)h \(seconds / 60 % 60)m" }
    return "\(seconds / 86400)d \(seconds / 3600 % 24)h"
  }

  @inline(never)
  private static func words(_ ending: Ending) -> Message {
    switch ending {
    case .none: "-"
    case .exited(let code): "code \(Int(code))"
    case .signaled(let number): Signal(number: Int(number)).map { "\($0)" } ?? "a signal"
    case .failed(.none, let error): "never ran (\(error))"
    case .failed(let stage, let error): "cannot \(stage.words) (\(stage.reason(error)))"
    case .unknown: "not known"
    }
  }

  // MARK: JSON

  @inline(never)
  mutating func add(json worker: WorkerStatus, _ fate: Fate = .goesOn) {
    add("{\"name\":")
    add(quoted: worker.name)
    add(",\"state\":\"\(worker.state.word)\",\"pid\":")
    add(worker.process.map { "\($0)" } ?? "null")
    add(",\"restarts\":\(Int(clamping: worker.restarts)),\"since_ms\":\(worker.since.interval(to: .now).milliseconds)")
    switch worker.ending {
    case .none: add(",\"code\":null,\"signal\":null")
    case .exited(let code): add(",\"code\":\(Int(code)),\"signal\":null")
    case .signaled(let number):
      add(",\"code\":\(worker.ending.code),\"signal\":")
      add(quoted: number)
    case .failed(let stage, let error):
      add(",\"code\":\(worker.ending.code),\"signal\":null,\"stage\":\"\(stage.words)\",\"errno\":\(error.rawValue)")
    case .unknown: add(",\"code\":\(worker.ending.code),\"signal\":null,\"unknown\":true")
    }
    add(",\"status\":")
    add(quoted: worker.text)
    add(",\"dropped\":\(Int(clamping: worker.dropped)),\"control\":")
    add(quoted: worker.control)
    addMemory(json: worker)
    add(",\"processors\":")
    add(quoted: worker.binding)
    if fate == .forgotten { add(",\"forgotten\":true") }
    add("}")
  }

  /// An object on a line of its own.
  @inline(never)
  mutating func line(json worker: WorkerStatus, _ fate: Fate = .goesOn) {
    add(json: worker, fate)
    add("\n")
  }

  /// A piece of a worker's output, as an object on a line.
  @inline(never)
  mutating func line(json text: Text, of name: Text) {
    add("{\"name\":")
    add(quoted: name)
    add(",\"output\":")
    add(quoted: text)
    add("}\n")
  }

  @inline(never)
  private mutating func add(quoted signal: UInt8) {
    add("\"")
    var name = Message()
    Signal(number: Int(signal))?.appendName(to: &name)
    add(name)
    add("\"")
  }

  /// A JSON string; bytes that are no ASCII are written as the code point of the same number.
  @inline(never)
  private mutating func add(quoted text: Text) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.bytes {
      if byte < 0x20 || byte >= 0x7F {
        var escape: Message = "\\u00"
        escape.append(hexadecimalByte: byte)
        add(escape)
        continue
      }
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
