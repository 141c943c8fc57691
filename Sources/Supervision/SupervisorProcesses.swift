import Sys
import Wire

extension Supervisor {
  /// Starts the process that will be a worker: this program once more, which sets everything up and then waits to be woken. What is
  /// about to happen is written down before, and what has happened after.
  func create(_ index: Int) {
    guard let slot = slots[index], slot.worker.state == .creating, slot.commitment == .none,
      let specification = specification(index)
    else { return }
    closeChannel(index)
    closePidfd(index)
    slots[index]?.commitment = .intent
    slots[index]?.generation &+= 1
    slots[index]?.parentage = .own
    settingUp += 1
    persist(index)
    do throws(Errno) {
      try spawn(index, specification)
    } catch {
      slots[index]?.commitment = .none
      settingUp -= 1
      apply(.setUpFailed(.fork, error), to: index)
    }
  }

  private func spawn(_ index: Int, _ specification: Specification) throws(Errno) {
    drainLog(index)
    closeLog(index)
    let (mine, its) = try Socket.pair()
    let own = FileDescriptor.owning(mine)
    let other = try FileDescriptor.owning(its).raised()
    var output = (rawOutput.rawValue, rawError.rawValue)
    var log: Int32 = -1
    var writer: Int32 = -1
    switch specification.output {
    case .lines:
      (log, writer) = try FileDescriptor.pipe()
      output = (writer, writer)
    case .inherited: break
    case .null: output = (null.rawValue, null.rawValue)
    }
    defer { if writer >= 0 { FileDescriptor.close(writer) } }
    var descriptors = InlineArray<4, Int32>(repeating: null.rawValue)
    descriptors[1] = output.0
    descriptors[2] = output.1
    descriptors[3] = other.rawValue
    let group = cgroups.make(specification) { key in
      say("\(key)= of '\(specification.name)' has no effect: there is no cgroup controller for it here")
    }
    let process: ProcessID
    do throws(Errno) {
      process = try program.startWorker(
        descriptors, setting.environment, name: specification.name, place.notify, group, descriptorLimit)
    } catch {
      if log >= 0 { FileDescriptor.close(log) }
      throw error
    }
    let channel = try own.raised().release()
    slots[index]?.process = process.rawValue
    slots[index]?.channel = channel
    slots[index]?.log = log
    slots[index]?.cgroup = group.isEmpty ? .none : .own
    // PID 1 has to know of it before anybody else does.
    var parts: Custody.Parts = .channel
    if log >= 0 { parts.insert(.output) }
    tell(Custody.Entry(.keep, slot: index, process: process.rawValue, parts: parts), log, channel)
    slots[index]?.started = process.startTicks ?? 0
    slots[index]?.commitment = .committed
    byProcess.insert(index, hash: UInt32(bitPattern: process.rawValue))
    persist(index)
    watch(index)
    do throws(Errno) { try handOver(index, specification, over: channel) } catch {
      closeChannel(index)
      return failSetUp(index, .output, error)
    }
    if let text = definitionBytes(index) { try? Packet.send(UnsafeRawBufferPointer(text.bytes), over: channel) }
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

  /// What a process says of its set-up; its silence at the end is that its program was executed.
  func receive(fromChannel index: Int, _ generation: UInt32) {
    guard let slot = slots[index], slot.generation == generation, slot.channel >= 0 else { return }
    var report = InlineArray<8, UInt8>(repeating: 0)
    var span = report.mutableSpan
    let count = span.withUnsafeMutableBytes { memory in (try? Packet.receive(into: memory, from: slot.channel))?.count ?? 0 }
    guard count > 0 else {
      // Executed, or dead; if it is dead, its end is told soon and is what counts. It is written down before PID 1 lets go of the channel.
      if slot.worker.state == .starting || slot.worker.state == .parked { apply(.executed, to: index) }
      closeChannel(index)
      return
    }
    let error = Errno(Int32(report[2]) | Int32(report[3]) << 8)
    switch ChannelWord(rawValue: report[0]) {
    case .isSetUp: apply(.isSetUp, to: index)
    case .failed:
      let stage = Stage(rawValue: report[1]) ?? .none
      if slot.worker.state == .creating { failSetUp(index, stage, error) } else { apply(.executeFailed(error), to: index) }
      closeChannel(index)
    case .go, nil: break
    }
  }

  /// The process ends by itself; nobody waits for that to tell the cause.
  private func failSetUp(_ index: Int, _ stage: Stage, _ error: Errno) {
    abandonProcess(index)
    apply(.setUpFailed(stage, error), to: index)
  }

  /// A process that will end without anybody's asking how.
  func abandonProcess(_ index: Int) {
    byProcess.remove(index)
    slots[index]?.process = 0
    slots[index]?.commitment = .none
    settingUp -= 1
    tell(Custody.Entry(.forget, slot: index))
  }

  // MARK: signals to workers

  func send(_ signal: Signal, to index: Int) {
    guard let slot = slots[index], slot.process > 0 else { return }
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
    }
    // What a process said before its end counts before its end.
    receiveNotifications()
    reap()
  }

  /// Writes each end down before it reaps: a kthreadd that dies in between leaves a zombie, whose end PID 1 tells the next one.
  private func reap() {
    for _ in 0..<256 {
      guard case .ended(let child) = Children.peek() else { return }
      if let index = slot(ofProcess: child.process.rawValue) {
        // What shares its process group is its own, and goes with it, while the number cannot mean another.
        try? child.process.sendToGroup(.kill)
        noteEnd(index, child.status)
      }
      Children.reap(child.process)
    }
    // There may be more: come again behind the others.
    try? ProcessID.current.send(.child)
  }

  /// A worker's process has ended.
  func noteEnd(_ index: Int, _ status: WaitStatus) {
    guard let slot = slots[index] else { return }
    if slot.cgroup == .own { cgroups.kill(slot.name) }
    endLeader(index)
    byProcess.remove(index)
    drainLog(index)
    // What it wanted to say last may still be there.
    receiveLast(index)
    closeChannel(index)
    closePidfd(index)
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
    var report = InlineArray<8, UInt8>(repeating: 0)
    var span = report.mutableSpan
    let count = span.withUnsafeMutableBytes { memory in (try? Packet.receive(into: memory, from: slot.channel))?.count ?? 0 }
    if count == 0, slot.worker.state == .starting { apply(.executed, to: index) }
    guard count > 0, ChannelWord(rawValue: report[0]) == .failed else { return }
    let error = Errno(Int32(report[2]) | Int32(report[3]) << 8)
    if slot.worker.state == .creating {
      slots[index]?.worker.reason = .failed(Stage(rawValue: report[1]) ?? .none, error)
    } else {
      apply(.executeFailed(error), to: index)
    }
  }
}
