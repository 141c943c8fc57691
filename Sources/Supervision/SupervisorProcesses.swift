import Sys
import Wire

extension Supervisor {
  /// Starts the process that will be a worker, create_kthread(): a copy of this one, which sets everything up and then waits to be woken.
  /// What is about to happen is written down before, and what has happened after.
  func create(_ index: Int) {
    guard let slot = slots[index], slot.worker.state == .creating, slot.commitment == .none,
      let specification = specification(index)
    else { return }
    handling(index)
    defer { table.handling = .nothing }
    closeChannel(index)
    closePidfd(index)
    slot.commitment = .intent
    slot.generation &+= 1
    slot.parentage = .own
    slot.started = 0
    slot.setUp = .pending
    settingUp += 1
    persist(index)
    do throws(Errno) {
      try spawn(index, specification)
    } catch {
      takeBack(slot)
      slot.commitment = .none
      finishSetUp(index)
      apply(.setUpFailed(.fork, error), to: index)
    }
  }

  private func spawn(_ index: Int, _ specification: Specification) throws(Errno) {
    guard let slot = slots[index], let definition = definitionBytes(index) else { throw .badMessage }
    drainLog(index)
    closeLog(index)
    let input = specification.input == .queue ? try openQueue(index).hand.read : null.rawValue
    if specification.input == .queue { Pipes.letWait(input) }
    var passed: [Int32] = []
    let notice = try openNotice(index, specification)
    if notice >= 0 { passed.append(notice) }
    slot.lent = passed
    let names = try handOver(index, specification)
    passed = slot.lent
    var pipes: Plumbing
    if let plumbing { pipes = plumbing } else { pipes = try Plumbing() }
    plumbing = nil
    var descriptors = InlineArray<4, Int32>(repeating: null.rawValue)
    descriptors[0] = input
    descriptors[3] = pipes.otherChannel
    switch specification.output {
    // What nobody wants to see is kept for `logs` nevertheless.
    case .lines, .json, .file, .null:
      descriptors[1] = pipes.writer
      descriptors[2] = pipes.writer
    case .inherited:
      pipes.closePipe()
      descriptors[1] = rawOutput.rawValue
      descriptors[2] = rawError.rawValue
    }
    slot.cgroup = makeGroup(index, specification)
    let process: ProcessID
    do throws(Errno) {
      var info = try info(definition, descriptors, passed, names, slot)
      process = try fork(&info, slot)
    } catch {
      pipes.close()
      throw error
    }
    slot.process = process.rawValue
    slot.channel = pipes.channel
    slot.log = pipes.log
    slot.lent.append(pipes.otherChannel)
    if pipes.writer >= 0 { slot.lent.append(pipes.writer) }
    if files == .copied { takeBack(slot) }
    beginMemory(index)
    // PID 1 has to know of it before anybody else does.
    var parts: Custody.Parts = .channel
    if slot.log >= 0 { parts.insert(.output) }
    tell(Custody.Entry(.keep, slot: index, process: process.rawValue, parts: parts), slot.log, slot.channel)
    slot.commitment = .committed
    byProcess.insert(index, hash: UInt32(bitPattern: process.rawValue))
    // Writes it down; one that is not to wait is woken at once, and finds that when it is set up.
    apply(.committed, to: index)
    watch(index)
  }

  private func info(
    _ definition: Text, _ descriptors: InlineArray<4, Int32>, _ passed: [Int32], _ names: [UInt8], _ slot: Slot
  ) throws(Errno) -> CreateInfo {
    parcel.empty()
    var group = Text("")
    if slot.cgroup == .own, let path = cgroups.path(slot.name, "/cgroup.procs") {
      defer { path.pointer.deallocate() }
      group = try parcel.add(path.text)
    }
    // The table's own definition may be replaced while the process still reads it.
    let copy = try parcel.add(definition)
    let numbers = UnsafeMutableBufferPointer<Int32>.allocate(capacity: passed.count)
    defer { numbers.deallocate() }
    _ = numbers.initialize(from: passed)
    return CreateInfo(
      definition: copy, notify: place.notify, environment: setting.environment, descriptorLimit: descriptorLimit, group: group,
      files: files, descriptors: descriptors,
      passed: try parcel.add(UnsafeRawBufferPointer(numbers)).assumingMemoryBound(to: Int32.self),
      names: try names.withUnsafeBufferPointer { (names) throws(Errno) in try parcel.add(Text(names)) })
  }

  private func fork(_ info: inout CreateInfo, _ slot: Slot) throws(Errno) -> ProcessID {
    let group = slot.cgroup == .own ? cgroups.open(slot.name) : -1
    defer { if group >= 0 { FileDescriptor.close(group) } }
    return try info.fork(into: group, setting.thread)
  }

  /// Closes what a new process shared with this one until it had descriptors of its own.
  private func takeBack(_ slot: Slot) {
    for descriptor in slot.lent { FileDescriptor.close(descriptor) }
    slot.lent.removeAll()
  }

  /// The set-up is over, well or not, and others may have their turn.
  func finishSetUp(_ index: Int) {
    guard let slot = slots[index], slot.setUp == .pending else { return }
    slot.setUp = .over
    settingUp -= 1
  }

  /// Waits for what a worker's channel and output bring.
  func watch(_ index: Int) {
    guard let slot = slots[index] else { return }
    if slot.channel >= 0 { try? events.add(slot.channel, .readable, key: Source.channel.key(index, slot.generation)) }
    if slot.log >= 0 { try? events.add(slot.log, .readable, key: Source.log.key(index, slot.generation)) }
  }

  func definitionBytes(_ index: Int) -> Text? {
    guard let slot = slots[index] else { return nil }
    var record = WorkerRecord()
    record.definition = slot.place.offset
    record.definitionLength = slot.place.length
    return table.definition(of: record)
  }

  func closeChannel(_ index: Int) {
    guard let channel = slots[index]?.channel, channel >= 0 else { return }
    events.remove(channel)
    FileDescriptor.close(channel)
    slots[index]?.channel = -1
    tell(Custody.Entry(.dropChannel, slot: index))
  }

  func closePidfd(_ index: Int) {
    guard let pidfd = slots[index]?.pidfd, pidfd >= 0 else { return }
    FileDescriptor.close(pidfd)
    slots[index]?.pidfd = -1
  }

  /// A word to a process that has not executed its program. One that is gone has said so, or will by its end.
  func send(_ word: ChannelWord, toChannel index: Int) {
    guard let channel = slots[index]?.channel, channel >= 0 else { return }
    var byte = word.rawValue
    withUnsafeBytes(of: &byte) { try? Packet.send($0, over: channel) }
  }

  /// Whether a process whose word is heard is known to have ended.
  enum Life: Sendable { case alive, over }

  /// What a process says of its set-up; its silence at the end is that its program was executed.
  func receive(fromChannel index: Int, _ generation: UInt32, _ life: Life = .alive) {
    guard let slot = slots[index], slot.generation == generation, slot.channel >= 0 else { return }
    var report = InlineArray<8, UInt8>(repeating: 0)
    var span = report.mutableSpan
    let count = span.withUnsafeMutableBytes { memory in (try? Packet.receive(into: memory, from: slot.channel))?.count ?? -1 }
    guard count >= 0 else { return }
    guard count > 0 else {
      // Executed, or dead; if it is dead, its end is told soon and is what counts. It is written down before PID 1 lets go of the channel.
      if slot.setUp == .over, slot.worker.state == .starting || slot.worker.state == .parked { apply(.executed, to: index) }
      closeChannel(index)
      if life == .alive { postpone(index) }
      return
    }
    // It has descriptors of its own.
    takeBack(slot)
    finishSetUp(index)
    let error = Errno(Int32(report[2]) | Int32(report[3]) << 8)
    switch ChannelWord(rawValue: report[0]) {
    case .isSetUp:
      bindAgain(index)
      apply(.isSetUp, to: index)
      if slot.worker.state == .created { postpone(index) }
    case .failed:
      let stage = Stage(rawValue: report[1]) ?? .none
      if slot.worker.state == .creating {
        if life == .over { slot.worker.reason = .failed(stage, error) } else { failSetUp(index, stage, error) }
      } else if stage == .execute {
        apply(.executeFailed(error), to: index)
      } else {
        apply(.setUpFailed(stage, error), to: index)
      }
      closeChannel(index)
    case .go, nil: break
    }
  }

  /// What can wait until a worker's program runs waits for a millisecond: where kthreadd has woken up on the processor that the program is
  /// about to begin on, it is in its way.
  private func postpone(_ index: Int) {
    if postponed.isEmpty {
      let due = Instant.now + .milliseconds(1)
      postponedTo = due
      note(due)
    }
    postponed.append(index)
  }

  func doPostponed(at now: Instant) {
    guard !postponed.isEmpty else { return }
    guard postponedTo <= now else { return note(postponedTo) }
    for index in postponed { noteStart(index) }
    postponed.removeAll(keepingCapacity: true)
    if plumbing == nil { plumbing = try? Plumbing() }
  }

  /// With its start time a number that was given to another process is told from this one. Until it is written down, PID 1 is who knows.
  private func noteStart(_ index: Int) {
    guard let slot = slots[index], slot.process > 0, slot.started == 0 else { return }
    slot.started = ProcessID(slot.process).startTicks ?? 0
    persist(index)
  }

  /// The process ends by itself; nobody waits for that to tell the cause.
  private func failSetUp(_ index: Int, _ stage: Stage, _ error: Errno) {
    abandonProcess(index)
    apply(.setUpFailed(stage, error), to: index)
  }

  /// A process that will end without anybody's asking how.
  func abandonProcess(_ index: Int) {
    byProcess.remove(index)
    closeNotice(index)
    slots[index]?.process = 0
    slots[index]?.commitment = .none
    finishSetUp(index)
    tell(Custody.Entry(.forget, slot: index))
  }

  // MARK: signals to workers

  func send(_ signal: Signal, to index: Int) {
    guard let slot = slots[index], slot.process > 0 else { return }
    if signal == .kill { noteKill(index) }
    // A child keeps its number until it is reaped here; another's may have been given away, and only its descriptor knows.
    if slot.parentage == .own {
      try? ProcessID(slot.process).send(signal)
    } else if slot.pidfd >= 0 {
      try? ProcessDescriptor.send(signal, to: slot.pidfd)
    } else if ProcessID(slot.process).startTicks == slot.started {
      try? ProcessID(slot.process).send(signal)
    }
  }

  /// KILL to the worker and what it has started.
  func kill(_ index: Int) {
    guard let slot = slots[index], slot.process > 0 else { return }
    if slot.cgroup == .own { cgroups.kill(slot.name) }
    send(.kill, to: index)
    if slot.parentage == .own { try? ProcessID(slot.process).sendToGroup(.kill) }
    killLeader(index)
  }

  enum Frost: Sendable { case frozen, thawed }

  func freeze(_ index: Int, _ frost: Frost) {
    guard let slot = slots[index] else { return }
    if slot.cgroup == .own, cgroups.freeze(slot.name, frost) { return }
    send(frost == .frozen ? .stop : .resume, to: index)
  }

  // MARK: ends

  func takeSignals() {
    while let arrival = signals.next() {
      // As the kernel's kthreadd it hears nobody; but its parent's TERM is the end.
      if arrival.signal == .terminate, arrival.sender == .parent { beginEnd() }
      if let process = arrival.child, let ended = Children.peek(at: process) { reap(ended) }
    }
    if reapAt == nil { reapAll() } else { reaping = .due }
  }

  /// So many children are looked through each time that one of them ends.
  private static let fewChildren = 256

  /// Finds those whose signal was lost behind another one. The kernel looks at every child for that; where they are many, this is done at
  /// most a hundred times a second, and what a signal names is reaped at once.
  private func reapAll() {
    reapAt = nil
    reaping = .none
    for _ in 0..<256 {
      guard case .ended(let child) = Children.peek() else {
        guard byProcess.count > Supervisor.fewChildren else { return }
        let next = Instant.now + .milliseconds(10)
        reapAt = next
        return note(next)
      }
      reap(child)
    }
    // There may be more: come again behind the others.
    try? ProcessID.current.send(.child)
  }

  func reapLate(at now: Instant) {
    guard let due = reapAt else { return }
    guard due <= now else { return note(due) }
    if reaping == .due { reapAll() } else { reapAt = nil }
  }

  /// Writes each end down before it reaps: a kthreadd that dies in between leaves a zombie, whose end PID 1 tells the next one.
  private func reap(_ child: Children.Ended) {
    // What it said before its end counts before its end.
    receiveNotifications()
    if let index = slot(ofProcess: child.process.rawValue) {
      // What shares its process group is its own, and goes with it, while the number cannot mean another.
      try? child.process.sendToGroup(.kill)
      noteEnd(index, child.status)
    }
    Children.reap(child.process)
  }

  /// A worker's process has ended.
  func noteEnd(_ index: Int, _ status: WaitStatus) {
    guard let slot = slots[index] else { return }
    let outer = table.handling
    table.handling = slot.subject(index)
    defer { table.handling = outer }
    if slot.cgroup == .own { cgroups.kill(slot.name) }
    endLeader(index)
    byProcess.remove(index)
    takeBack(slot)
    drainLog(index)
    // Its last line may have no end.
    say(index, .taken)
    noteMemoryEnd(index, status)
    // What it wanted to say last may still be there.
    receiveLast(index)
    closeChannel(index)
    closePidfd(index)
    closeNotice(index)
    endJobs(index)
    slots[index]?.commitment = .over
    slots[index]?.process = 0
    let ending: Ending =
      switch status {
      case .exited(let code): .exited(UInt8(truncatingIfNeeded: code))
      case .signaled(let signal, _): .signaled(UInt8(truncatingIfNeeded: signal.rawValue))
      case .stopped: .unknown
      }
    apply(.ended(ending), to: index)
    tell(Custody.Entry(.forget, slot: index))
  }

  /// A report that came in the same moment as the end.
  private func receiveLast(_ index: Int) {
    guard let slot = slots[index] else { return }
    guard slot.channel >= 0 else {
      // Another kthreadd has heard that it was executed, and could not say so.
      if slot.worker.state == .starting, slot.worker.reason == nil { apply(.executed, to: index) }
      return
    }
    // Set up, executed or not, and the end.
    for _ in 0..<3 where slot.channel >= 0 { receive(fromChannel: index, slot.generation, .over) }
    finishSetUp(index)
  }
}
