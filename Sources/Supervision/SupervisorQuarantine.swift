public import Sys
import Wire

/// What kthreadd has died of twice is not touched again before somebody says so: one thing that cannot be handled must not take the
/// looking after of all others with it.
extension Supervisor {
  /// Finds out what the last kthreadd died of, before anything is touched.
  func quarantineCulprit() {
    guard let subject = table.takeCulprit() else { return }
    guard let index = subject.slot else { return table.refuse(subject) }
    guard var record = table.record(index), let name = name(in: record), Supervisor.hash(name) == subject.name else { return }
    record.state = .quarantined
    record.deadline = nil
    table.set(index, record)
    say(
      "worker '\(name)' is quarantined: kthreadd has died \(Int(WorkerTable.deathLimit)) times in a row over it, and leaves it as it is; 'swctl restart \(name)' begins it anew, 'swctl forget \(name)' ends it"
    )
  }

  /// The name in a definition, of which nothing else is read.
  func name(in record: WorkerRecord) -> Text? {
    guard let text = table.definition(of: record), let frame = try? FrameReader(text) else { return nil }
    var name: Text?
    try? frame.forEach { (field) throws(WireError) in if field.tag == Tag.name, name == nil { name = field.value } }
    return name
  }

  /// A worker that is not to be touched: it is there by its name and its process, and no more.
  func takeQuarantined(_ index: Int, _ record: WorkerRecord, _ held: Inheritance.Kept?) {
    var specification = Specification()
    specification.name = name(in: record) ?? Text("")
    let slot = Slot(specification, .established, request: record.request, place: (record.definition, record.definitionLength))
    slot.worker.quarantine(since: record.since)
    slot.generation = record.generation
    slot.commitment = record.commitment
    slot.log = held?.output ?? -1
    slot.channel = held?.channel ?? -1
    if record.commitment == .committed {
      slot.process = record.process
      slot.started = record.started
      slot.parentage = Children.holds(ProcessID(record.process)) ? .own : .initProcess
      byProcess.insert(index, hash: UInt32(bitPattern: record.process))
    }
    slots[index] = slot
    byName.insert(index, hash: Supervisor.hash(slot.name))
    if slot.process > 0, ProcessID(slot.process).startTicks.map({ $0 != slot.started }) ?? false { leave(index) }
    if let status = held?.status, status >= 0 { leave(index) }
  }

  /// Its process has ended, and how does not matter.
  private func leave(_ index: Int) {
    byProcess.remove(index)
    slots[index]?.process = 0
    slots[index]?.commitment = .over
    tell(Custody.Entry(.forget, slot: index))
  }

  /// `restart` and `forget` of a worker that is quarantined; the rest is refused.
  func obeyQuarantined(_ request: Request, _ client: Int, _ index: Int) {
    switch request.verb {
    case .status: answer(client, request.id, worker: index)
    case .restart, .forget:
      endQuarantined(index)
      guard request.verb == .restart, let slot = slots[index] else {
        forget(index)
        return answer(client, request.id)
      }
      byName.remove(index)
      closeLog(index)
      slots[index] = nil
      guard take(index, slot.place, slot.request, .established) != nil else {
        slots[index] = slot
        byName.insert(index, hash: Supervisor.hash(slot.name))
        return answer(client, request.id, .badMessage, worker: index)
      }
      slots[index]?.generation = slot.generation
      slots[index]?.channel = slot.channel
      apply(isBlocked(index) ? .hold(.awake) : .start(.awake), to: index)
      wait(client, request.id, index, .awake)
    default: answer(client, request.id, .notRecoverable, worker: index)
    }
  }

  private func endQuarantined(_ index: Int) {
    guard let slot = slots[index], slot.process > 0 else { return }
    kill(index)
    leave(index)
  }
}

extension Worker {
  mutating func quarantine(since: Instant) {
    state = .quarantined
    self.since = since
  }
}

extension Supervisor {
  /// Whether the file that defines this worker may be read. One that kthreadd has died of is shown in its place.
  public func mayRead(definitionOf name: Text) -> Bool {
    guard slot(named: name) == nil else { return false }
    let subject = Subject.definition(Supervisor.hash(name))
    guard table.refuses(subject) else {
      table.handling = subject
      return true
    }
    say(
      "the definition of '\(name)' is quarantined: kthreadd has died \(Int(WorkerTable.deathLimit)) times in a row over it; mend its file, and 'swctl forget \(name)'"
    )
    show(quarantined: name)
    return false
  }

  /// A record with a name and nothing else.
  private func show(quarantined name: Text) {
    var frame = FrameBuilder(kind: Verb.create.rawValue, id: 0)
    frame.add(Tag.name, name)
    guard slots.count < table.capacity, let place = table.store(frame.bytes) else { return }
    var record = WorkerRecord()
    record.state = .quarantined
    record.since = .now
    record.definition = place.offset
    record.definitionLength = place.length
    slots.append(nil)
    table.set(slots.count - 1, record)
    takeQuarantined(slots.count - 1, record, nil)
  }

  /// Notes which worker is being handled, until the event is done with.
  func handling(_ index: Int) { if let slot = slots[index] { table.handling = slot.subject(index) } }
}

extension Slot {
  func subject(_ index: Int) -> Subject { .worker(index, hash) }
}
