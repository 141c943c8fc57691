import Sys
import Wire

extension Supervisor {
  /// The slot of the worker of this name.
  func slot(named name: Text) -> Int? {
    byName.find(hash: Supervisor.hash(name)) { slots[$0].map { $0.name == name } ?? false }
  }

  static func hash(_ name: Text) -> UInt32 { Checksum.of(UnsafeRawBufferPointer(name.bytes)) }

  func slot(ofProcess process: Int32) -> Int? {
    byProcess.find(hash: UInt32(bitPattern: process)) { slots[$0]?.process == process }
  }

  /// A new worker from its definition. EEXIST where one of this name is there; one that has ended makes room.
  func add(_ specification: Specification, request: UInt64, _ standing: Worker.Standing) throws(Errno) -> Int {
    if let old = slot(named: specification.name) {
      guard let slot = slots[old], slot.worker.state == .ended, slot.waits == 0 else { throw .exists }
      forget(old)
    }
    let place = try store(specification, request)
    let index: Int
    if let free = freeSlots.popLast() {
      index = free
    } else {
      guard slots.count < table.capacity else {
        table.release(Int(place.offset), Int(place.length))
        throw .noSpace
      }
      index = slots.count
      slots.append(nil)
    }
    guard take(index, place, request, standing) != nil else { throw .badMessage }
    persist(index)
    return index
  }

  /// Puts a definition into the table.
  @inline(never)
  func store(_ specification: Specification, _ request: UInt64) throws(Errno) -> (offset: UInt32, length: UInt32) {
    var frame = FrameBuilder(kind: Verb.create.rawValue, id: request)
    specification.add(to: &frame)
    guard frame.isComplete else { throw .messageSize }
    guard let place = table.store(frame.bytes) else { throw .noSpace }
    return place
  }

  /// Fills a slot with the worker whose definition lies in the table.
  func take(_ index: Int, _ place: (offset: UInt32, length: UInt32), _ request: UInt64, _ standing: Worker.Standing) -> Int? {
    var record = WorkerRecord()
    record.definition = place.offset
    record.definitionLength = place.length
    guard let text = table.definition(of: record), let frame = try? FrameReader(text),
      let specification = try? Specification(frame)
    else { return nil }
    slots[index] = Slot(specification, standing, request: request, place: place)
    byName.insert(index, hash: Supervisor.hash(specification.name))
    return index
  }

  /// The definition of a worker, read anew from the table.
  func specification(_ index: Int) -> Specification? {
    guard let slot = slots[index] else { return nil }
    var record = WorkerRecord()
    record.definition = slot.place.offset
    record.definitionLength = slot.place.length
    guard let text = table.definition(of: record), let frame = try? FrameReader(text) else { return nil }
    return try? Specification(frame)
  }

  /// Takes a worker that has ended out of everything.
  func forget(_ index: Int) {
    guard let slot = slots[index] else { return }
    closeLog(index)
    if listeners > 0 { announceForgotten(index) }
    closeQueue(index)
    if slot.cgroup == .own { cgroups.remove(slot.name) }
    byName.remove(index)
    timers.set(index, nil)
    table.clear(index)
    slots[index] = nil
    freeSlots.append(index)
    tell(Custody.Entry(.drop, slot: index))
    for client in clients.indices where clients[client]?.follows == index { clients[client]?.follows = nil }
  }

  /// Writes down how a worker is, for the next kthreadd.
  func persist(_ index: Int) {
    guard let slot = slots[index] else { return }
    var record = WorkerRecord()
    record.commitment = slot.commitment
    record.state = slot.worker.state
    record.target = slot.worker.target
    record.standing = slot.worker.standing
    record.parkedFrom = slot.worker.parkedFrom
    record.generation = slot.generation
    record.process = slot.process
    record.started = slot.started
    record.failures = slot.worker.failures
    record.restarts = slot.worker.restarts
    record.since = slot.worker.since
    record.begun = slot.worker.begun
    record.deadline = slot.worker.deadline
    record.ending = slot.worker.ending
    record.reason = slot.worker.reason
    record.request = slot.request
    record.rung = slot.worker.rung
    record.handed = slot.handed
    record.definition = slot.place.offset
    record.definitionLength = slot.place.length
    record.dropped = slot.dropped
    record.oomKills = slot.oomKills
    record.oomSeen = slot.oomSeen
    record.marks = slot.marks
    record.wanting = slot.wanting
    table.set(index, record)
  }

  /// Starts a worker that was defined before anything ran. Nobody waits for an answer, so what goes wrong is said.
  func begin(_ specification: Specification) {
    table.handling = .definition(Supervisor.hash(specification.name))
    defer { table.handling = .nothing }
    do throws(Errno) {
      let index = try add(specification, request: 0, .established)
      apply(slots[index]?.hasOrder == .some ? .hold(.awake) : .start(.awake), to: index)
    } catch {
      say("cannot create '\(specification.name)': \(error)")
    }
  }

  /// Has a worker's machine handle an event, writes down what has become of it, does what follows, and tells who waits for it.
  func apply(_ event: Worker.Event, to index: Int) {
    guard let slot = slots[index] else { return }
    let outer = table.handling
    table.handling = slot.subject(index)
    defer { table.handling = outer }
    let before = slot.worker.state
    let effects = slot.worker.handle(event, at: .now, random: random())
    let after = slot.worker.state
    if after != .creating, after != .starting { finishSetUp(index) }
    if before == .waiting { waiting -= 1 }
    if after == .waiting { waiting += 1 }
    persist(index)
    timers.set(index, slot.worker.deadline)
    for effect in effects { perform(effect, on: index) }
    guard before != after else {
      if slot.waits > 0 { answer(index) }
      return
    }
    announce(index, before)
    if let slot = slots[index], slot.waits > 0 { answer(index) }
    if waiting > 0, let slot = slots[index], slot.worker.isReady || !slot.worker.isThere { release() }
  }

  private func perform(_ effect: Worker.Effect, on index: Int) {
    switch effect {
    case .spawn:
      slots[index]?.commitment = .none
      if !queue.append(index) { apply(.setUpFailed(.fork, .again), to: index) }
    case .go: send(.go, toChannel: index)
    case .abandon:
      closeChannel(index)
      // One that has not had its turn has no process whose end could be heard.
      if slots[index]?.process == 0 { apply(.ended(.failed(.none, .interrupted)), to: index) } else { kill(index) }
    case .signal(let signal): send(signal, to: index)
    case .notice: giveNotice(index)
    case .kill: kill(index)
    case .freeze: freeze(index, .frozen)
    case .thaw: freeze(index, .thawed)
    case .sayStuck:
      if let slot = slots[index] { say("worker '\(slot.name)' (\(slot.process)) is still there after SIGKILL") }
    case .endContainer(let code):
      if phase == .serving { tell(Custody.Entry(.endContainer, value: code)) }
    }
  }

  /// Whether a worker has to wait for others that it comes after.
  func isBlocked(_ index: Int) -> Bool {
    guard slots[index]?.hasOrder == .some, let specification = specification(index) else { return false }
    for name in specification.requires {
      guard let other = slot(named: name), let worker = slots[other]?.worker else { return true }
      if !worker.isReady { return true }
    }
    for name in specification.after {
      guard let other = slot(named: name), let worker = slots[other]?.worker else { continue }
      // One that has ended, or failed, is nothing to wait for unless it is required.
      switch worker.state {
      case .waiting, .creating, .created, .starting: return true
      case .ended, .running, .parked, .stopping, .killing, .backoff, .quarantined: break
      }
    }
    return false
  }

  /// Lets those go that waited for others.
  func release() {
    // Those that they come after may still be to be read.
    guard table.isBooted else { return }
    for index in slots.indices where slots[index]?.worker.state == .waiting {
      guard let target = slots[index]?.worker.target, !isBlocked(index) else { continue }
      apply(.start(target), to: index)
    }
  }
}
