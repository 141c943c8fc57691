@testable import Supervision
import Sys
import Wire

/// Any bytes as the table that a kthreadd finds. Records whose checksum is wrong are not looked at, so those that are made here have the
/// right one; whatever they say then, the table can be walked, adopted, written and emptied, and the workers in it live on.
///
/// The input: 20 bytes of header, then pieces. A piece is a record (0, slot, copy, 124 bytes) or a definition (1, place, length, bytes).
enum TableInput {
  private static let capacity = 16
  private static let size = WorkerTable.size(capacity: capacity)
  nonisolated(unsafe) private static let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)

  static func run(_ input: Text) {
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    lay(input)
    guard var table = try? WorkerTable(in: memory, capacity: capacity) else { return }
    var found: [Int] = []
    for slot in 0..<table.end {
      guard let record = table.record(slot) else { continue }
      table.adopt(record)
      found.append(slot)
      guard let text = table.definition(of: record), let frame = try? FrameReader(text),
        let specification = try? Specification(frame)
      else { continue }
      live(specification, record)
    }
    for slot in found {
      guard var record = table.record(slot) else { continue }
      record.restarts &+= 1
      table.set(slot, record)
      claim(table.record(slot) == record, "a record that was written is there")
    }
    for slot in found { table.clear(slot) }
    for slot in found { claim(table.record(slot) == nil, "a slot that was emptied is empty") }
    // All that the table holds is free again, once.
    while let place = table.store([1]) { claim(Int(place.offset) < capacity * 1024, "a place inside") }
  }

  private static func lay(_ input: Text) {
    var rest = input
    func take(_ count: Int) -> Text {
      let part = rest.prefix(count)
      rest = rest.dropFirst(part.count)
      return part
    }
    put(take(20), at: 0)
    while rest.count > 3 {
      let head = take(3)
      if head[0] & 1 == 0 {
        let place = WorkerTable.headerSize + (Int(head[1]) % capacity * 2 + Int(head[2]) % 2) * WorkerRecord.size
        put(take(WorkerRecord.size - 4), at: place + 4)
        let record = UnsafeRawBufferPointer(rebasing: memory[place + 4..<place + WorkerRecord.size])
        memory.storeBytes(of: Checksum.of(record), toByteOffset: place, as: UInt32.self)
      } else {
        let definitions = WorkerTable.headerSize + capacity * 2 * WorkerRecord.size
        put(take(Int(head[2])), at: definitions + Int(head[1]) * 64)
      }
    }
  }

  private static func put(_ text: Text, at offset: Int) {
    for (index, byte) in text.bytes.enumerated() where offset + index < size { memory[offset + index] = byte }
  }

  /// What a new kthreadd may do with a worker that it finds.
  private static func live(_ specification: Specification, _ record: WorkerRecord) {
    for event in events {
      var worker = Worker(Worker.Policy(specification), record.standing)
      worker.restore(record)
      var now = max(worker.since, Instant(nanoseconds: 1 << 50))
      _ = worker.handle(event, at: now, random: .max)
      if let deadline = worker.deadline { now = max(now, deadline) }
      _ = worker.handle(.deadline, at: now, random: .max)
      _ = worker.handle(.ended(.exited(1)), at: now, random: .max)
    }
  }

  private static let events: [Worker.Event] = [
    .start(.awake), .isSetUp, .setUpFailed(.fork, .again), .wake, .executed, .ready, .stop, .park, .unpark, .ended(.exited(0)),
    .ended(.signaled(9)), .deadline, .ping, .extend(.seconds(1)), .hang,
  ]
}
