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
    for place in 0..<hearing.table.end where place >= hearing.files.count || hearing.files[place] < 0 {
      hearing.table.clear(place)
    }
    receiveNotifications()
    let ends = hearing.ends
    hearing.ends = []
    for end in ends where slots[end.index]?.process == end.process { noteEnd(end.index, raw: end.status) }
    for index in slots.indices { settleNotes(index) }
  }

  private func adopt(deposit place: Int, _ descriptor: Int32) {
    while hearing.files.count <= place { hearing.files.append(-1) }
    hearing.files[place] = descriptor
    guard let deposit = hearing.table.deposit(place), let slot = slots[deposit.slot] else { return drop(deposit: place) }
    hearing.serial = max(hearing.serial, deposit.serial)
    switch deposit.kind {
    case .stored:
      // In the order in which they came.
      let before = slot.notes.stored.firstIndex { (hearing.table.deposit($0)?.serial ?? 0) > deposit.serial }
      slot.notes.stored.insert(place, at: before ?? slot.notes.stored.count)
      watchStored(place, deposit)
    case .readiness where slot.notes.readiness < 0:
      slot.notes.readiness = place
      watchReadiness(deposit.slot)
    case .readiness: drop(deposit: place)
    }
  }
}
