import Sys
import Wire

// Lack of memory: which of a worker's processes the kernel has killed for it.

extension Supervisor {
  /// A life begins: what has been counted before it is not its own.
  func beginMemory(_ index: Int) {
    guard let slot = slots[index] else { return }
    slot.marks.subtract([.wasShort, .wasKilled])
    if let seen = cgroups.kills(in: slot) { slot.oomSeen = seen } else { slot.oomSeen = cgroups.kills() ?? 0 }
    watchMemory(index)
  }

  func restoreMemory(_ index: Int, _ record: WorkerRecord) {
    guard let slot = slots[index] else { return }
    slot.dropped = record.dropped
    slot.oomKills = record.oomKills
    slot.oomSeen = record.oomSeen
    slot.marks = record.marks
    slot.wanting = record.wanting
  }

  /// Has the kernel tell of its memory.events, and looks at what it holds by now. Where that cannot be watched, it is read at its end.
  func watchMemory(_ index: Int) {
    guard let slot = slots[index], slot.cgroup == .own, cgroups.kills(in: slot) != nil else { return }
    if memoryWatch < 0, let watch = try? FileWatch.open() {
      memoryWatch = watch
      try? events.add(watch, .readable, key: Source.memory.key())
    }
    if memoryWatch >= 0 { cgroups.watch(slot, memoryWatch) }
    countKills(index)
  }

  /// Some worker's memory.events has changed. It happens seldom, so each is looked at.
  func takeMemoryEvents() {
    FileWatch.drain(memoryWatch, UnsafeMutableRawBufferPointer(rebasing: packet[..<4096]))
    for index in slots.indices where slots[index]?.cgroup == .own { countKills(index) }
  }

  /// Looks whether more of a worker's processes were killed, and tells it.
  @inline(never)
  private func countKills(_ index: Int) {
    guard let slot = slots[index], let count = cgroups.kills(in: slot), count != slot.oomSeen else { return }
    // A group that was made anew counts from nothing.
    let more = count > slot.oomSeen ? count - slot.oomSeen : count
    slot.oomSeen = count
    noteKills(slot, more)
    persist(index)
    sayKilled(slot, more)
    tellListeners(index)
  }

  @inline(never)
  private func sayKilled(_ slot: Slot, _ more: UInt32) {
    let all = Int(slot.oomKills)
    say("worker '\(slot.name)': the kernel has killed processes of it for lack of memory: \(Int(more)), in all \(all)")
  }

  private func noteKills(_ slot: Slot, _ count: UInt32) {
    slot.oomKills = slot.oomKills.addingReportingOverflow(count).partialValue
    if count > 0 { slot.marks.insert(.wasShort) }
  }

  /// KILL is about to be sent: it is not for lack of memory that it will end.
  func noteKill(_ index: Int) {
    guard let slot = slots[index], !slot.marks.contains(.wasKilled) else { return }
    slot.marks.insert(.wasKilled)
    persist(index)
  }

  /// A life has ended: was it for lack of memory? It was when KILL has ended it that nobody here has sent, and the kernel has counted a
  /// kill in its group, or where that has no count in the container, since it began.
  func noteMemoryEnd(_ index: Int, _ status: WaitStatus) {
    guard let slot = slots[index] else { return }
    slot.marks.remove(.endedForMemory)
    countKills(index)
    guard case .signaled(let signal, _) = status, signal == .kill, !slot.marks.contains(.wasKilled) else { return }
    if cgroups.kills(in: slot) == nil, let count = cgroups.kills(), count > slot.oomSeen {
      slot.oomSeen = count
      noteKills(slot, 1)
    }
    if slot.marks.contains(.wasShort) { slot.marks.insert(.endedForMemory) }
  }

  // MARK: limits

  /// Makes a worker's cgroup, and says once which of its limits cannot be set.
  func makeGroup(_ index: Int, _ specification: Specification) -> Slot.Cgroup {
    let group = cgroups.make(specification.name)
    let before = slots[index]?.wanting ?? []
    slots[index]?.wanting = []
    limit(index, "MemoryMax", "/memory.max", specification.memoryMaximum, .memory, before)
    limit(index, "MemoryHigh", "/memory.high", specification.memoryHigh, .memory, before)
    limit(index, "TasksMax", "/pids.max", specification.taskMaximum, .tasks, before)
    limit(index, "CPUWeight", "/cpu.weight", specification.processorWeight, .processors, before)
    // Of each 100 ms, which is the kernel's own period.
    limit(index, "CPUQuota", "/cpu.max", specification.processorQuota, .processors, before)
    return group
  }

  /// Sets one limit. What could not be set `before` was told then.
  @inline(never)
  private func limit(
    _ index: Int, _ key: StaticString, _ file: StaticString, _ value: UInt64?, _ controller: Controllers, _ before: Controllers
  ) {
    guard let value, let slot = slots[index], cgroups.set(file, value, of: slot.name) == .no else { return }
    slot.wanting.insert(controller)
    guard !before.contains(controller) else { return }
    say("\(key)= of '\(slot.name)' has no effect: \(cgroups.trouble(with: controller).words)")
  }

  /// Whether all is well, and which controllers there are not for workers' limits.
  func answerHealth(_ id: UInt64, _ client: Int, _ sick: Int?) {
    var reply = Reply(.done, id: id)
    reply.error = sick == nil ? Errno(0) : .again
    if let sick { reply.worker = status(sick) }
    reply.worker.wanting = Controllers.all.subtracting(cgroups.enabled)
    reply.worker.because = cgroups.trouble(with: reply.worker.wanting)
    send(reply, to: client)
  }
}
