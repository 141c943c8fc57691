import Boot
import Supervision
import Sys
import Wire

/// What kthread_bind() and kthread_queue_work() do to a worker.
extension SwctlCommand {
  /// `bind NAME CPULIST|node:N`
  mutating func bind() throws(Swctl.Trouble) -> Int32 {
    try takeOptions()
    guard words.count == 2 else {
      throw Swctl.Trouble(Swctl.Exit.usage, "bind needs a worker and its processors: swctl bind NAME 0-3,6, or node:0")
    }
    let (name, list) = (words[0].text, words[1].text)
    guard ProcessorSet(list.hasPrefix("node:") ? list.dropFirst(5) : list) != nil else {
      throw Swctl.Trouble(Swctl.Exit.usage, "'\(list)' are no processors: expected a list such as 0-3,6, or node:0")
    }
    var connection = try SwctlConnection(environment)
    connection.binding = list
    let reply = try connection.ask(.bind, name)
    if reply.error != Errno(0), !reply.worker.name.isEmpty {
      let hint: StaticString = reply.error == .invalid ? "not all of them are there" : "kthreadd could not"
      throw Swctl.Trouble(Swctl.Exit.failed, "cannot bind '\(name)' to '\(list)': \(hint) (\(reply.error))")
    }
    try check(reply, name)
    return Swctl.Exit.done
  }

  /// `queue NAME LINE…`, or with `-` the lines of standard input.
  mutating func queue() throws(Swctl.Trouble) -> Int32 {
    guard words.count >= 2, !words[0].text.hasPrefix("-") else {
      throw Swctl.Trouble(Swctl.Exit.usage, "queue needs a worker and lines, or - for standard input: swctl queue NAME LINE…")
    }
    let name = words[0].text
    var connection = try SwctlConnection(environment)
    var number = 0
    if words.count == 2, words[1].text == "-" {
      try SwctlCommand.forEachLine { (line) throws(Swctl.Trouble) in
        number += 1
        try queue(line, name, number, &connection)
      }
    } else {
      for word in words.dropFirst() {
        number += 1
        try queue(word.text, name, number, &connection)
      }
    }
    return Swctl.Exit.done
  }

  private func queue(
    _ line: Text, _ name: Text, _ number: Int, _ connection: inout SwctlConnection
  ) throws(Swctl.Trouble) {
    guard line.count < Pipes.atomic, line.firstIndex(of: UInt8(ascii: "\n")) == nil else {
      throw Swctl.Trouble(
        Swctl.Exit.usage, "line \(number) for '\(name)' is no job: expected one line of at most \(Pipes.atomic - 1) bytes")
    }
    connection.job = line
    let reply = try connection.ask(.queue, name)
    if reply.error == .again {
      throw Swctl.Trouble(
        Swctl.Exit.full, "the queue of '\(name)' is full: line \(number) and what follows were not queued (\(reply.error))")
    }
    try check(reply, name)
  }

  /// The lines of standard input; the last may have no newline. Of a line that is too long for a job its begin.
  private static func forEachLine(_ body: (Text) throws(Swctl.Trouble) -> Void) throws(Swctl.Trouble) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
    defer { memory.deallocate() }
    func text(_ from: Int, _ to: Int) -> Text {
      Text(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[from..<to]).assumingMemoryBound(to: UInt8.self))
    }
    var filled = 0
    while true {
      let count: Int
      do throws(Errno) {
        count = try FileDescriptor.read(from: 0, into: UnsafeMutableRawBufferPointer(rebasing: memory[filled...]))
      } catch {
        throw Swctl.Trouble(Swctl.Exit.failed, "cannot read standard input: \(error)")
      }
      filled += count
      var start = 0
      while let end = memory[start..<filled].firstIndex(of: UInt8(ascii: "\n")) {
        try body(text(start, end))
        start = end + 1
      }
      if count == 0 || filled - start > Pipes.atomic {
        if filled > start { try body(text(start, filled)) }
        return
      }
      for index in start..<filled { memory[index - start] = memory[index] }
      filled -= start
    }
  }
}

extension SwctlOutput {
  /// As the kernel shows its threads: what is bound to one processor has that behind its name.
  static func name(_ worker: WorkerStatus) -> Message {
    guard let only = ProcessorSet(worker.binding)?.only else { return "\(worker.name)" }
    return "\(worker.name)/\(only)"
  }
}
