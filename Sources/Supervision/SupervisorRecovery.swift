import Sys
import Wire

extension Supervisor {
  /// Goes on where the last kthreadd was cut off: each record of the table, and what PID 1 kept of it.
  func recover(_ inheritance: Inheritance) {
    var keepsake = 0
    quarantineCulprit()
    var kept = [Int32](repeating: -1, count: table.end)
    for (place, worker) in inheritance.workers.enumerated() where worker.slot < kept.count { kept[worker.slot] = Int32(place) }
    for index in 0..<table.end {
      slots.append(nil)
      guard let record = table.record(index) else {
        freeSlots.append(index)
        continue
      }
      table.adopt(record)
      let held = kept[index] < 0 ? nil : inheritance.workers[Int(kept[index])]
      if record.state == .quarantined {
        takeQuarantined(index, record, held)
        continue
      }
      table.handling = .worker(index, name(in: record).map { Supervisor.hash($0) } ?? 0)
      defer { table.handling = .nothing }
      let place = (record.definition, record.definitionLength)
      guard take(index, place, record.request, record.standing) != nil else {
        freeSlots.append(index)
        continue
      }
      restore(index, record)
      adopt(inheritance.keepsakes, &keepsake, index, record)
      adopt(index, record, held)
    }
    dropKeepsakes(inheritance.keepsakes, &keepsake, before: .max)
    table.endJob(.refused)
    for index in slots.indices { feed(index) }
    // What nobody has a record of is nobody's.
    for worker in inheritance.workers where worker.slot >= slots.count || slots[worker.slot] == nil {
      if worker.output >= 0 { FileDescriptor.close(worker.output) }
      if worker.channel >= 0 { FileDescriptor.close(worker.channel) }
      tell(Custody.Entry(.drop, slot: worker.slot))
    }
    // Where this is the same process as before, children have ended whose signal was taken, and who were not reaped.
    try? ProcessID.current.send(.child)
  }

  private func restore(_ index: Int, _ record: WorkerRecord) {
    slots[index]?.worker.restore(record)
    slots[index]?.generation = record.generation
    slots[index]?.commitment = record.commitment
    restoreMemory(index, record)
    if record.state == .waiting { waiting += 1 }
    timers.set(index, record.deadline)
  }

  private func adopt(_ index: Int, _ record: WorkerRecord, _ held: Inheritance.Kept?) {
    if let held {
      slots[index]?.log = held.output
      slots[index]?.channel = held.channel
    }
    switch record.commitment {
    case .none, .over:
      closeChannel(index)
      if record.state == .creating { again(index) } else { watch(index) }
    case .intent:
      // It may be there, but has not been given its program: without its channel it ends.
      closeChannel(index)
      again(index)
    case .committed:
      slots[index]?.process = record.process
      slots[index]?.started = record.started
      adopt(process: ProcessID(record.process), index, record, held)
    }
  }

  private func adopt(process: ProcessID, _ index: Int, _ record: WorkerRecord, _ held: Inheritance.Kept?) {
    byProcess.insert(index, hash: UInt32(bitPattern: process.rawValue))
    if let slot = slots[index] { slots[index]?.cgroup = cgroups.holds(slot.name) ? .own : .none }
    watchMemory(index)
    if record.state == .creating { return discard(process, index, record) }
    if let status = held?.status, status >= 0 {
      watch(index)
      noteEnd(index, WaitStatus(raw: status))
      return
    }
    let pidfd = try? ProcessDescriptor(process)
    let entry = ProcessTable.entry(of: process)
    let isIt = entry.map {
      record.started == 0 || UInt64(clamping: $0.started.nanoseconds / ProcessTable.tick.nanoseconds) == record.started
    }
    guard isIt ?? (pidfd != nil) else {
      if held?.process == process.rawValue {
        // Gone since PID 1 was asked, which has its status, and tells it.
        slots[index]?.parentage = .initProcess
        return watch(index)
      }
      watch(index)
      byProcess.remove(index)
      closeChannel(index)
      closeNotice(index)
      endJobs(index)
      slots[index]?.process = 0
      slots[index]?.commitment = .over
      apply(.ended(.unknown), to: index)
      return
    }
    slots[index]?.parentage = Children.holds(process) ? .own : .initProcess
    if slots[index]?.parentage == .initProcess, let pidfd, let number = try? FileDescriptor.duplicate(pidfd.rawValue) { slots[index]?.pidfd = number }
    watch(index)
    if record.state == .starting { send(.go, toChannel: index) }
    if record.state == .starting, record.reason == nil, slots[index]?.channel == -1 { apply(.executed, to: index) }
  }

  /// A process that was setting itself up. Perhaps it was never given its definition, perhaps it was killed for that before: it has run
  /// nothing, so another one does as well.
  private func discard(_ process: ProcessID, _ index: Int, _ record: WorkerRecord) {
    if let pidfd = try? ProcessDescriptor(process), record.started == 0 || process.startTicks == record.started {
      try? ProcessDescriptor.send(.kill, to: pidfd.rawValue)
    }
    closeChannel(index)
    abandonProcess(index)
    again(index)
  }

  /// The start of a process that was cut off in its midst, from its begin.
  private func again(_ index: Int) {
    slots[index]?.commitment = .none
    slots[index]?.process = 0
    _ = queue.append(index)
  }
}

extension Worker {
  /// The state that another kthreadd has written down.
  mutating func restore(_ record: WorkerRecord) {
    state = record.state
    target = record.target
    standing = record.standing
    parkedFrom = record.parkedFrom
    failures = min(record.failures, Worker.failureLimit)
    restarts = record.restarts
    since = record.since
    begun = record.begun
    deadline = record.deadline
    ending = record.ending
    reason = record.reason
    rung = record.rung
  }
}

extension Supervisor {
  /// What PID 1 says: ends of workers that are its children by now.
  func receiveFromInit() {
    while true {
      var page = InlineArray<120, UInt64>(repeating: 0)
      var span = page.mutableSpan
      let count = span.withUnsafeMutableBytes { memory -> Int in
        guard let received = try? Packet.receive(into: memory, from: custody) else { return -1 }
        defer { received.closeDescriptors() }
        for index in 0..<(received.count / Custody.entrySize) {
          let entry = memory.load(fromByteOffset: index * Custody.entrySize, as: Custody.Entry.self)
          hear(entry, received.descriptors[0])
          guard Custody.Kind(rawValue: entry.kind) == .ended, Int(entry.slot) < slots.count,
            let slot = slots[Int(entry.slot)], slot.process == entry.process, slot.parentage == .initProcess
          else { continue }
          noteEnd(Int(entry.slot), WaitStatus(raw: entry.value))
        }
        return received.count
      }
      // PID 1 has gone, and with it everything.
      if count == 0 { phase = .over }
      if count <= 0 { return }
    }
  }

  // MARK: the end of all

  /// TERM from PID 1: every worker is stopped, those that others came after behind those.
  func beginEnd() {
    guard phase == .serving else { return }
    phase = .ending
    lateness = Lateness(at: .now)
    sayLate(at: .now)
    table.isEnding = true
    for index in slots.indices where slots[index] != nil {
      let limit = slots[index]?.worker.policy.stopTimeout ?? setting.grace
      slots[index]?.worker.policy.stopTimeout = min(limit, setting.grace)
    }
    endMore()
  }

  func endMore() {
    var isAnyLeft = false
    for index in slots.indices {
      guard let worker = slots[index]?.worker else { continue }
      guard worker.state != .ended else { continue }
      if worker.isThere, !isStuck(index) { isAnyLeft = true }
      if worker.state == .stopping || worker.state == .killing || isNeeded(index) { continue }
      apply(.stop, to: index)
    }
    if !isAnyLeft { phase = .over }
  }

  /// Whether a worker that comes after this one is still there.
  private func isNeeded(_ index: Int) -> Bool {
    guard let name = slots[index]?.name else { return false }
    for other in slots.indices where other != index {
      guard let slot = slots[other], slot.hasOrder == .some, slot.worker.isThere, !isStuck(other),
        let specification = specification(other)
      else { continue }
      for before in specification.after where before == name { return true }
      for before in specification.requires where before == name { return true }
    }
    return false
  }
}
