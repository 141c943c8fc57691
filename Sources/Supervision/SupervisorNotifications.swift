import Sys
import Wire

/// sd_notify(3): what workers say on the socket that NOTIFY_SOCKET names.
extension Supervisor {
  func receiveNotifications() {
    for _ in 0..<64 {
      guard hearNext() == .heard else { return }
    }
  }

  private enum Hear: Sendable { case heard, nothing }

  /// Takes a message out of the queue only when everything was done that it asks for: where kthreadd is killed meanwhile the next one hears
  /// it again. A message that two have died of is not heard by the third.
  private func hearNext() -> Hear {
    guard var received = try? Packet.receive(into: hearing.message, from: notify, .left) else { return .nothing }
    hearing.table.hearings &+= 1
    if hearing.table.hearings > 2 {
      say("a message to \(place.notify) was not heard: kthreadd has died of it twice")
    } else if received.count > 0, received.isCut == .no, let sender = received.sender?.process, let index = worker(of: sender) {
      handling(index)
      hear(hearing.message.text(received.count), index, sender, &received)
    }
    // BARRIER=1 brings a descriptor, and its sender waits until nobody has it.
    received.closeDescriptors()
    Packet.skip(notify)
    hearing.table.hearings = 0
    table.handling = .nothing
    return .heard
  }

  private func hear(_ text: Text, _ index: Int, _ sender: ProcessID, _ received: inout Packet.Received) {
    guard let slot = slots[index], slot.notifyAccess != .none, let said = Notification(text) else { return }
    guard slot.notifyAccess == .all || sender.rawValue == slot.process else { return complainOfSender(index, sender) }
    // Who speaks was executed, whether that was heard or not.
    if slot.worker.state == .starting { apply(.executed, to: index) }
    if let process = said.mainProcess { setMainProcess(process, index) }
    switch said.phase {
    case .ready where slot.worker.policy.readiness == .notify || slot.worker.state == .running: apply(.ready, to: index)
    case .reloading: apply(.says(.reloading), to: index)
    case .stopping: apply(.says(.stopping), to: index)
    case .ready, nil: break
    }
    if let status = said.status { set(status: status, index) }
    if let time = said.extensionTime { apply(.extend(time), to: index) }
    if let time = said.watchdogTime { apply(.says(.watchdog(time)), to: index) }
    switch said.watchdog {
    case .ping: apply(.ping, to: index)
    case .trigger: apply(.hang, to: index)
    case nil: break
    }
    switch said.store {
    case .keep: store(&received, said, index)
    case .remove: if let name = said.descriptorName { dropStored(index, named: name) }
    case nil: break
    }
  }

  @inline(never)
  private func complainOfSender(_ index: Int, _ sender: ProcessID) {
    guard let slot = slots[index], complains(.access, index) else { return }
    say("worker '\(slot.name)': process \(sender) notifies and is not heard, which NotifyAccess=all would change")
  }

  /// Whether this is the first complaint of its kind in the worker's life.
  func complains(_ what: SlotNotes.Complaints, _ index: Int) -> Bool {
    guard let slot = slots[index], !slot.notes.complaints.contains(what) else { return false }
    slot.notes.complaints.insert(what)
    return true
  }

  /// STATUS=, which the next kthreadd finds in the table.
  func set(status: Text, _ index: Int) {
    guard let slot = slots[index], !slot.text.elementsEqual(status.bytes) else { return }
    slot.text = Array(status.bytes)
    let old = slot.notes.text
    slot.notes.text = slot.text.isEmpty ? nil : table.store(slot.text)
    persist(index)
    if let old { table.release(Int(old.offset), Int(old.length)) }
  }

  // MARK: whose process it is

  /// The worker that a process belongs to: by its number, its session, its cgroup, and else those it descends from.
  func worker(of process: ProcessID) -> Int? {
    guard process.rawValue > 1 else { return nil }
    if let index = slot(ofProcess: process.rawValue) ?? process.session.flatMap({ slot(ofLeader: $0.rawValue) }) { return index }
    if let index = worker(byGroupOf: process) { return index }
    var current = process
    for _ in 0..<64 {
      guard let parent = ProcessTable.entry(of: current)?.parent, parent.rawValue > 1 else { return nil }
      if let index = slot(ofProcess: parent.rawValue) ?? slot(ofLeader: parent.rawValue) { return index }
      current = parent
    }
    return nil
  }

  /// The worker whose first process had this number, which is its session's as well.
  private func slot(ofLeader process: Int32) -> Int? {
    if let index = slot(ofProcess: process), slots[index]?.notes.leader == 0 { return index }
    guard hearing.leaders > 0 else { return nil }
    for index in slots.indices where slots[index]?.notes.leader == process { return index }
    return nil
  }

  private func worker(byGroupOf process: ProcessID) -> Int? {
    guard let own = hearing.group else { return nil }
    var buffer = InlineArray<2048, UInt8>(repeating: 0)
    var span = buffer.mutableSpan
    return span.withUnsafeMutableBytes { memory in
      guard let text = process.contents(of: "cgroup", into: memory) else { return nil }
      guard let group = Hearing.group(text), group.hasPrefix(own) else { return nil }
      let below = group.dropFirst(own.count)
      guard below.hasPrefix("/worker.") else { return nil }
      let name = below.dropFirst(8)
      for index in slots.indices {
        if let slot = slots[index], slot.cgroup == .own, Supervisor.isGroup(slot.name, name) { return index }
      }
      return nil
    }
  }

  /// Whether `path` is the group of the worker of this name, or below it. A '/' in the name is a '!' there.
  private static func isGroup(_ name: Text, _ path: Text) -> Bool {
    guard path.count >= name.count, path.count == name.count || path[name.count] == UInt8(ascii: "/") else { return false }
    for index in 0..<name.count where path[index] != (name[index] == UInt8(ascii: "/") ? UInt8(ascii: "!") : name[index]) {
      return false
    }
    return true
  }
}
