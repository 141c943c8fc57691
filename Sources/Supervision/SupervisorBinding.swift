import Sys
import Wire

extension Supervisor {
  /// kthread_bind(), before the wake and after it. What the worker is bound to is part of its definition from then on.
  func bind(_ request: Request, _ client: Int, _ index: Int) {
    do throws(Errno) {
      let set = try ProcessorSet(resolving: request.binding)
      guard set.areThere else { throw .invalid }
      // Who sets itself up has been given the definition before; it is bound when it says so.
      if slots[index]?.worker.state == .creating { slots[index]?.rebinding = .due } else { try apply(set, to: index) }
      try redefine(index, request.binding)
    } catch {
      return answer(client, request.id, error, worker: index)
    }
    answer(client, request.id, worker: index)
  }

  /// Binds a process that was given its definition before it was bound anew.
  func bindAgain(_ index: Int) {
    guard let slot = slots[index], slot.rebinding == .due else { return }
    slot.rebinding = .none
    if let words = slot.binding, let set = try? ProcessorSet(resolving: words) { try? apply(set, to: index) }
  }

  /// Binds all tasks of a worker. New ones take after those that start them, so when a round finds nothing to do, nothing is left.
  private func apply(_ set: ProcessorSet, to index: Int) throws(Errno) {
    guard let slot = slots[index], slot.process > 0 else { return }
    if slot.cgroup == .own { cgroups.bind(slot.name, set) }
    for _ in 0..<16 {
      var changed = 0
      var failure: Errno?
      forEachTask(slot) { task in
        do throws(Errno) {
          if try ProcessorSet(of: task) == set { return }
          try set.bind(task)
          changed += 1
        } catch {
          // One that has ended meanwhile is bound to nothing.
          if error != .noProcess { failure = error }
        }
      }
      if let failure { throw failure }
      if changed == 0 { return }
    }
  }

  /// Every task in its cgroup; without one, of its process, of those of its session, and of what descends from it.
  private func forEachTask(_ slot: Slot, _ body: (ProcessID) -> Void) {
    let own = ProcessID(slot.process)
    if slot.cgroup == .own, cgroups.forEachTask(of: slot.name, body) { return }
    guard var all = ProcessTable() else { return body(own) }
    while let entry = all.next() {
      if entry.process == own || entry.process.session == own || ProcessTable.isDescendant(entry, of: own) {
        ProcessTable.forEachTask(of: entry.process, body)
      }
    }
  }

  /// Puts another definition into the table: the record leads to the old one or to the new one, whoever is killed meanwhile.
  private func redefine(_ index: Int, _ binding: Text) throws(Errno) {
    guard var specification = specification(index), let old = slots[index]?.place else { throw .badMessage }
    specification.processors = binding
    var frame = FrameBuilder(kind: Verb.create.rawValue, id: slots[index]?.request ?? 0)
    specification.add(to: &frame)
    guard frame.isComplete else { throw .messageSize }
    guard let place = table.store(frame.bytes) else { throw .noSpace }
    slots[index]?.place = place
    guard let renewed = self.specification(index) else { throw .badMessage }
    slots[index]?.name = renewed.name
    slots[index]?.binding = renewed.processors
    persist(index)
    table.release(Int(old.offset), Int(old.length))
  }
}

extension Cgroups {
  /// cpuset.cpus, where the controller is there: what the worker starts stays within it, whatever it asks for.
  func bind(_ name: Text, _ set: ProcessorSet) {
    var list: [UInt8] = []
    for processor in 0..<ProcessorSet.capacity where set.contains(processor) {
      if !list.isEmpty { list.append(UInt8(ascii: ",")) }
      let number: Message = "\(processor)"
      number.withBytes { list.append(contentsOf: $0) }
    }
    list.withUnsafeBufferPointer { bytes in
      _ = with(name, "/cpuset.cpus") { path in try? FileDescriptor.write(Text(bytes), to: path) }
    }
  }

  /// cgroup.threads; false where it cannot be read.
  func forEachTask(of name: Text, _ body: (ProcessID) -> Void) -> Bool {
    with(name, "/cgroup.threads") { path in
      guard let file = try? FileDescriptor(opening: path, .read) else { return false }
      file.forEachLine { if let task = $0.decimal(upTo: Int(Int32.max)), task > 0 { body(ProcessID(Int32(task))) } }
      return true
    } ?? false
  }
}
