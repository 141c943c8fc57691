import Sys

/// Which jobs were queued by which request, in the table's header: so that one that comes again, to this kthreadd or the next, is the same
/// job. What is about to be written is noted before; whether it was is seen by how much lies in the pipe.
///
///     2048  stage, slot, id, bytes that lay in the pipe before, place of the next one below
///     2112  the last 120 that were queued: id and slot
extension WorkerTable {
  private static let journal = 2048
  private static let queued = 2112
  private static let queuedCount = 120

  private func field<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as: Value.Type) -> Value {
    memory.load(fromByteOffset: WorkerTable.journal + offset, as: Value.self)
  }

  /// A line is about to be written for a request.
  func beginJob(_ slot: Int, _ id: UInt64, before: Int) {
    memory.storeBytes(of: UInt32(slot), toByteOffset: WorkerTable.journal + 4, as: UInt32.self)
    memory.storeBytes(of: id, toByteOffset: WorkerTable.journal + 8, as: UInt64.self)
    memory.storeBytes(of: UInt32(before), toByteOffset: WorkerTable.journal + 16, as: UInt32.self)
    memory.storeBytes(of: 1, toByteOffset: WorkerTable.journal, as: UInt32.self)
  }

  enum JobOutcome: Sendable { case written, refused }

  func endJob(_ outcome: JobOutcome) {
    if outcome == .written {
      let next = Int(field(20, as: UInt32.self)) % WorkerTable.queuedCount
      let place = WorkerTable.queued + next * 16
      memory.storeBytes(of: field(8, as: UInt64.self), toByteOffset: place, as: UInt64.self)
      memory.storeBytes(of: field(4, as: UInt32.self), toByteOffset: place + 8, as: UInt32.self)
      memory.storeBytes(of: UInt32(next + 1), toByteOffset: WorkerTable.journal + 20, as: UInt32.self)
    }
    memory.storeBytes(of: 0, toByteOffset: WorkerTable.journal, as: UInt32.self)
  }

  /// The job that the last kthreadd was about to write when it died.
  var openJob: (slot: Int, before: Int)? {
    guard field(0, as: UInt32.self) == 1 else { return nil }
    return (Int(field(4, as: UInt32.self)), Int(field(16, as: UInt32.self)))
  }

  /// Whether this request's job was queued already.
  func hasJob(_ slot: Int, _ id: UInt64) -> Bool {
    guard id != 0 else { return false }
    for index in 0..<WorkerTable.queuedCount {
      let place = WorkerTable.queued + index * 16
      if memory.load(fromByteOffset: place, as: UInt64.self) == id,
        memory.load(fromByteOffset: place + 8, as: UInt32.self) == UInt32(slot)
      {
        return true
      }
    }
    return false
  }
}
