import Sys
import Wire

/// Readiness as s6 has it: a worker writes a newline to a pipe whose reading end is kthreadd's, and PID 1's.
extension Supervisor {
  /// Makes a pipe for a new process, and gives its writing end.
  func makeReadiness(_ index: Int) throws(Errno) -> Int32 {
    let (reader, writer) = try FileDescriptor.pipe()
    guard let place = keep(reader, Deposit(.readiness, slot: index)) else {
      FileDescriptor.close(writer)
      throw .tooManyFiles
    }
    slots[index]?.notes.readiness = place
    watchReadiness(index)
    return writer
  }

  func watchReadiness(_ index: Int) {
    guard let slot = slots[index], slot.notes.readiness >= 0 else { return }
    try? events.add(hearing.kept[slot.notes.readiness].file, .readable, key: Source.readiness.key(index, slot.generation))
  }

  func closeReadiness(_ index: Int) {
    guard let place = slots[index]?.notes.readiness, place >= 0 else { return }
    slots[index]?.notes.readiness = -1
    drop(deposit: place)
  }

  /// What is written before the newline is not looked at; an end without one is no readiness.
  func hearReadiness(_ index: Int, _ generation: UInt32) {
    guard let slot = slots[index], slot.generation == generation, slot.notes.readiness >= 0 else { return }
    switch look(at: hearing.kept[slot.notes.readiness].file) {
    case .nothing: break
    case .newline:
      if slot.worker.state == .starting { apply(.executed, to: index) }
      apply(.ready, to: index)
      closeReadiness(index)
    case .over:
      if ProcessTable.entry(of: ProcessID(slot.process))?.state == .alive {
        say("worker '\(slot.name)' has closed its NotificationFD without a newline: it is not ready")
      }
      closeReadiness(index)
    }
  }

  private enum Look: Sendable { case nothing, newline, over }

  /// Looks for a newline and leaves it where it is: where kthreadd is killed before it has written down what it means, the next one
  /// finds it. What is something else is taken away.
  private func look(at pipe: Int32) -> Look {
    if hearing.scratch.read < 0, let pair = try? FileDescriptor.pipe() { hearing.scratch = pair }
    do throws(Errno) {
      let count = try Pipes.copy(hearing.message.count, from: pipe, to: hearing.scratch.write)
      guard count > 0 else { return .over }
      let seen = UnsafeMutableRawBufferPointer(rebasing: hearing.message[..<count])
      _ = try FileDescriptor.read(from: hearing.scratch.read, into: seen)
      if seen.contains(UInt8(ascii: "\n")) { return .newline }
      _ = try FileDescriptor.read(from: pipe, into: seen)
      return .nothing
    } catch { return .nothing }
  }
}

extension Worker {
  /// Whether its program may still have to say that it is ready.
  var mayBecomeReady: Bool {
    switch state {
    case .creating, .created, .starting: true
    case .parked: parkedFrom != .running
    case .ended, .waiting, .running, .stopping, .killing, .backoff, .quarantined: false
    }
  }
}
