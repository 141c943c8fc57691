import Sys
import Wire

/// What PID 1 keeps of a worker beside its process: the other end of its stop notice, and its queue.
struct Keepsake {
  let slot: Int
  private(set) var notice: Int32 = -1
  private(set) var waiting: (read: Int32, write: Int32) = (-1, -1)
  private(set) var hand: (read: Int32, write: Int32) = (-1, -1)

  init(slot: Int) { self.slot = slot }

  mutating func set(_ kind: Custody.Kind?, _ first: Int32, _ second: Int32) {
    switch kind {
    case .keptNotice: notice = first
    case .keptWaitingJobs: waiting = (first, second)
    case .keptJobInHand: hand = (first, second)
    default: break
    }
  }

  enum Part: Sendable { case notice, queue }

  func close(_ part: Part) {
    switch part {
    case .notice: Keepsake.close(notice)
    case .queue:
      Keepsake.close(waiting.read)
      Keepsake.close(waiting.write)
      Keepsake.close(hand.read)
      Keepsake.close(hand.write)
    }
  }

  private static func close(_ descriptor: Int32) { if descriptor >= 0 { FileDescriptor.close(descriptor) } }
}

extension Supervisor {
  /// Takes what PID 1 has kept of the worker in a slot, before its process is looked at. `place` goes along with the slots.
  func adopt(_ keepsakes: [Keepsake], _ place: inout Int, _ index: Int, _ record: WorkerRecord) {
    dropKeepsakes(keepsakes, &place, before: index)
    guard place < keepsakes.count, keepsakes[place].slot == index, let slot = slots[index] else { return }
    let kept = keepsakes[place]
    place += 1
    slot.handed = record.handed
    if record.commitment == .committed {
      slot.notice = kept.notice
      // It was written down that it is stopped, and perhaps not said any more.
      if record.state == .stopping, record.rung == .notice { giveNotice(index) }
    } else {
      kept.close(.notice)
    }
    guard slot.input == .queue, kept.waiting.read >= 0, kept.hand.read >= 0 else { return kept.close(.queue) }
    adoptQueue(index, kept)
    if record.commitment != .committed { endJobs(index) }
  }

  /// What nobody has a record of is nobody's.
  func dropKeepsakes(_ keepsakes: [Keepsake], _ place: inout Int, before index: Int) {
    while place < keepsakes.count, keepsakes[place].slot < index {
      keepsakes[place].close(.notice)
      keepsakes[place].close(.queue)
      tell(Custody.Entry(.drop, slot: keepsakes[place].slot))
      place += 1
    }
  }
}
