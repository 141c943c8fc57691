import Sys
import Wire

/// MAINPID= of sd_notify(3): a worker names the process whose end is its end. That may be anybody's child.
extension Supervisor {
  func setMainProcess(_ process: ProcessID, _ index: Int) {
    guard let slot = slots[index], process.rawValue != slot.process,
      slot.worker.state == .starting || slot.worker.state == .running
    else { return }
    // The descriptor first: whatever gets the number later, what follows is about this process.
    guard process != .current, let pidfd = try? ProcessDescriptor(process), worker(of: process) == index,
      let entry = ProcessTable.entry(of: process), entry.state == .alive,
      let number = try? FileDescriptor.duplicate(pidfd.rawValue)
    else { return refuseMainProcess(process, index) }
    closePidfd(index)
    byProcess.remove(index)
    setLeader(of: slot, process)
    slot.process = process.rawValue
    slot.started = process.startTicks ?? 0
    slot.pidfd = number
    slot.parentage = Children.holds(process) ? .own : .initProcess
    byProcess.insert(index, hash: UInt32(bitPattern: process.rawValue))
    // PID 1 first: it may be the one who reaps it.
    tell(Custody.Entry(.mainProcess, slot: index, process: process.rawValue))
    persist(index)
    watchMainProcess(index)
  }

  /// Keeps in mind which process was the first one, and its group.
  private func setLeader(of slot: Slot, _ process: ProcessID) {
    if slot.notes.leader == 0 {
      slot.notes.leader = slot.process
      // That is looked for behind its start, and may not have been yet.
      slot.notes.leaderStarted = slot.started != 0 ? slot.started : ProcessID(slot.process).startTicks ?? 0
      hearing.leaders += 1
    } else if slot.notes.leader == process.rawValue {
      slot.notes.leader = 0
      hearing.leaders -= 1
    }
  }

  @inline(never)
  private func refuseMainProcess(_ process: ProcessID, _ index: Int) {
    guard let slot = slots[index], complains(.mainProcess, index) else { return }
    say("worker '\(slot.name)': MAINPID=\(process) is not obeyed: it is no process of this worker")
  }

  func watchMainProcess(_ index: Int) {
    guard let slot = slots[index], slot.pidfd >= 0 else { return }
    try? events.add(slot.pidfd, .readable, key: Source.mainProcess.key(index, slot.generation))
  }

  /// The end of a main process that was named. Where it is a child of kthreadd or of PID 1 the one who reaps it knows how; else the
  /// kernel is asked, which may know.
  func mainProcessEnded(_ index: Int, _ generation: UInt32) {
    guard let slot = slots[index], slot.generation == generation, slot.notes.leader != 0, slot.pidfd >= 0 else { return }
    let process = ProcessID(slot.process)
    let entry = process.startTicks == slot.started ? ProcessTable.entry(of: process) : nil
    if entry?.state == .alive { return }
    events.remove(slot.pidfd)
    if let entry, entry.parent == .current || entry.parent == .parent { return }
    if let status = ProcessDescriptor.status(slot.pidfd) ?? process.zombieStatus { return noteEnd(index, status) }
    if entry == nil { askEnd(index) } else { noteEnd(index, raw: -1) }
  }

  /// Has PID 1 say how a process has ended that is gone.
  func askEnd(_ index: Int) {
    guard let slot = slots[index] else { return }
    slot.parentage = .initProcess
    tell(Custody.Entry(.askEnd, slot: index, process: slot.process))
  }

  /// An end as PID 1 tells it; negative where nobody knows how.
  func noteEnd(_ index: Int, raw status: Int32) {
    // A stop is no end, and counts as one that is not known.
    noteEnd(index, status >= 0 ? WaitStatus(raw: status) : .stopped(.stop))
  }

  /// KILL to the group of a worker's first process, if that is still there: a number alone may mean another's.
  func killLeader(_ index: Int) {
    guard let slot = slots[index], slot.notes.leader > 1, slot.cgroup == .none else { return }
    let leader = ProcessID(slot.notes.leader)
    if leader.startTicks == slot.notes.leaderStarted { try? leader.sendToGroup(.kill) }
  }

  /// With the main process goes what has started it, and what shares its group.
  func endLeader(_ index: Int) {
    guard let slot = slots[index], slot.notes.leader != 0 else { return }
    killLeader(index)
    if slot.parentage == .own, slot.cgroup == .none, let group = ProcessID(slot.process).group, group.rawValue > 1,
      group != .currentGroup
    {
      try? group.sendToGroup(.kill)
    }
    slot.notes.leader = 0
    hearing.leaders -= 1
  }
}
