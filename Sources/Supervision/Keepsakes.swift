import Sys
import Wire

/// What PID 1 keeps of a worker beside its process: the other end of its stop notice, and the pipes of its queue.
public struct Keepsake {
  public enum Part: Int, CaseIterable, Sendable {
    /// Closed with the worker's process.
    case notice
    case waitingRead, waitingWrite
    case handRead, handWrite
  }

  public static let partCount = 5

  let slot: Int
  /// -1: none.
  var descriptors = InlineArray<5, Int32>(repeating: -1)

  subscript(part: Part) -> Int32 { descriptors[part.rawValue] }

  init(slot: Int) { self.slot = slot }

  func close(from first: Part) {
    for part in first.rawValue..<Keepsake.partCount where descriptors[part] >= 0 { FileDescriptor.close(descriptors[part]) }
  }
}

extension Supervisor {
  /// Has PID 1 keep one or two descriptors of a worker; `part` is the first one's.
  func keep(_ part: Keepsake.Part, _ index: Int, _ first: Int32, _ second: Int32 = -1) {
    let bits: UInt32 = second < 0 ? 1 : 3
    tell(Custody.Entry(.keepMore, slot: index, parts: Custody.Parts(rawValue: bits << UInt32(part.rawValue))), first, second)
  }

  /// Takes what PID 1 has kept of the worker in a slot, before its process is looked at. `place` goes along with the slots.
  func adopt(_ keepsakes: [Keepsake], _ place: inout Int, _ index: Int, _ record: WorkerRecord) {
    dropKeepsakes(keepsakes, &place, before: index)
    guard place < keepsakes.count, keepsakes[place].slot == index, let slot = slots[index] else { return }
    let kept = keepsakes[place]
    place += 1
    slot.handed = record.handed
    slot.notice = kept[.notice]
    if record.commitment != .committed { closeNotice(index) }
    // It was written down that it is stopped, and perhaps not said any more.
    if record.state == .stopping, record.rung == .notice { giveNotice(index) }
    guard slot.input == .queue, kept[.waitingRead] >= 0, kept[.handWrite] >= 0 else { return kept.close(from: .waitingRead) }
    if scratch == nil { scratch = try? Scratch() }
    slot.queue = JobQueue(kept)
    if let job = table.openJob, job.slot == index { table.endJob(slot.queue!.waitingBytes > job.before ? .written : .refused) }
    if record.commitment != .committed { endJobs(index) }
  }

  /// What nobody has a record of is nobody's.
  func dropKeepsakes(_ keepsakes: [Keepsake], _ place: inout Int, before index: Int) {
    while place < keepsakes.count, keepsakes[place].slot < index {
      keepsakes[place].close(from: .notice)
      tell(Custody.Entry(.drop, slot: keepsakes[place].slot))
      place += 1
    }
  }
}
