import Sys
import Wire

/// What a new kthreadd makes of the notes and deposits of the last one.
extension Supervisor {
  func restore(_ index: Int, _ notes: RecordNotes) {
    guard let slot = slots[index] else { return }
    slot.notes.leader = notes.leader
    slot.notes.leaderStarted = notes.leaderStarted
    if notes.leader != 0 { hearing.leaders += 1 }
    var record = WorkerRecord()
    record.definition = notes.text
    record.definitionLength = UInt32(notes.textLength)
    guard let text = table.definition(of: record) else { return }
    slot.notes.text = (notes.text, UInt32(notes.textLength))
    slot.text = Array(text.bytes)
  }

  /// When every worker is there again: what is kept for them, what they have said meanwhile, and only then who of them has ended.
  func recoverNotes(_ inheritance: Inheritance) {
    for (place, descriptor) in inheritance.deposits { adopt(deposit: place, descriptor) }
    for place in 0..<hearing.table.end where place >= hearing.kept.count || hearing.kept[place].file < 0 {
      hearing.table.clear(place)
    }
    receiveNotifications()
    let ends = hearing.ends
    hearing.ends = []
    for end in ends where slots[end.index]?.process == end.process { noteEnd(end.index, raw: end.status) }
    for index in slots.indices { settleNotes(index) }
  }

  private func adopt(deposit place: Int, _ descriptor: Int32) {
    while hearing.kept.count <= place { hearing.kept.append(Hearing.Kept()) }
    guard let deposit = hearing.table.deposit(place), deposit.slot < slots.count, let slot = slots[deposit.slot] else {
      FileDescriptor.close(descriptor)
      return tell(Custody.Entry(.dropDeposit, slot: place))
    }
    hold(deposit, descriptor, at: place)
    guard deposit.kind == .readiness else { return }
    // Of a start that was cut off in its midst there may be one too many.
    if slot.notes.readiness >= 0 { return drop(deposit: place) }
    slot.notes.readiness = place
    watchReadiness(deposit.slot)
  }
}
