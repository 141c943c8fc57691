import Sys
import Wire

// Where a worker's lines go.

extension Supervisor {
  /// Passes on the lines that are whole; with `rest` also what has no end yet.
  func say(_ index: Int, _ rest: LogRing.Rest) {
    guard let slot = slots[index], let ring = slot.ring else { return }
    switch slot.output {
    case .lines:
      while ring.takeLine(rest, into: &line) == .line {
        // " | " and the newline.
        if !lines.hasRoom(for: slot.name.count + line.count + 4) { flushLines() }
        lines.add(slot.name, line, of: index)
      }
    case .json:
      while ring.takeLine(rest, into: &line) == .line { sayObject(slot, index) }
    case .file:
      while ring.takeLine(rest, into: &line) == .line { fileLines.add(line) }
      if let file = slot.file, !fileLines.ends.isEmpty { write(file, index) }
      fileLines.removeAll()
    case .null, .inherited: break
    }
  }

  /// The line as JSON, in one object or several.
  @inline(never)
  private func sayObject(_ slot: Slot, _ index: Int) {
    var place = 0
    repeat {
      place = object.write(line, from: place, time: .now, worker: slot.name, process: slot.process)
      if !lines.hasRoom(for: object.bytes.count) { flushLines() }
      lines.add(object.bytes, of: index)
    } while place < line.count
  }

  /// Writes what waits. Lines that nobody takes now are lost, and counted for those whose they were.
  func flushLines() {
    let isLost = lines.flush() == .lost
    for (place, owner) in lines.owners.enumerated() where isLost {
      slots[Int(owner)]?.dropped += 1
      if place + 1 == lines.owners.count || lines.owners[place + 1] != owner { persist(Int(owner)) }
    }
    lines.forgetOwners()
  }

  /// Adds the lines to the worker's file. Where that fails they are lost, and the next ones are tried again: it is told when it begins
  /// and when it is over.
  @inline(never)
  private func write(_ file: LogFile, _ index: Int) {
    guard let slot = slots[index] else { return }
    let (written, error) = file.write(fileLines)
    if written > 0, slot.marks.contains(.losing) {
      slot.marks.remove(.losing)
      say("worker '\(slot.name)': \(file.path) takes its lines again; lost so far: \(Int(clamping: slot.dropped))")
      if error == nil { persist(index) }
      tellListeners(index)
    }
    guard let error else { return }
    slot.dropped += UInt64(fileLines.ends.count - written)
    let isNew = !slot.marks.contains(.losing)
    slot.marks.insert(.losing)
    persist(index)
    guard isNew else { return }
    say("worker '\(slot.name)': cannot write to \(file.path): \(error); its lines are lost until that is over")
    tellListeners(index)
  }
}
