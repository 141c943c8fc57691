import Sys
import Wire

extension Supervisor {
  /// kthread_bind(), before the wake and after it. What the worker is bound to is part of its definition from then on.
  func bind(_ request: Request, _ client: Int, _ index: Int) {
    do throws(Errno) {
      let set = try ProcessorSet(resolving: request.binding)
      guard set.areThere else { throw .invalid }
      // Who sets itself up has been given the definition before; it is bound when it says so.
      if slots[index]?.setUp == .pending {
        slots[index]?.rebinding = .due
      } else {
        try apply(set, request.binding, to: index)
      }
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
    if let words = slot.binding, let set = try? ProcessorSet(resolving: words) { try? apply(set, words, to: index) }
  }

  /// Binds all tasks of a worker. New ones take after those that start them, so when a round finds nothing to do, nothing is left.
  private func apply(_ set: ProcessorSet, _ words: Text, to index: Int) throws(Errno) {
    guard let slot = slots[index], slot.process > 0 else { return }
    if slot.cgroup == .own { cgroups.bind(slot.name, words) }
    var round = Round(set)
    for _ in 0..<16 {
      round.changed = 0
      visit(slot, &round)
      if let failure = round.failure { throw failure }
      if round.changed == 0 { return }
    }
  }

  /// One look at all tasks of a worker.
  struct Round {
    private let set: ProcessorSet
    var changed = 0
    private(set) var failure: Errno?

    init(_ set: ProcessorSet) { self.set = set }

    @inline(never)
    mutating func visit(_ task: ProcessID) {
      do throws(Errno) {
        if try ProcessorSet(of: task) == set { return }
        try set.bind(task)
        changed += 1
      } catch {
        // One that has ended meanwhile is bound to nothing.
        if error != .noProcess { failure = error }
      }
    }
  }

  /// Every task in its cgroup; without one, of its process and those of its session.
  private func visit(_ slot: Slot, _ round: inout Round) {
    let own = ProcessID(slot.process)
    if slot.cgroup == .own, cgroups.visitTasks(of: slot.name, &round) { return }
    guard var all = ProcessTable() else { return round.visit(own) }
    while let entry = all.next() {
      guard entry.process == own || entry.process.session == own else { continue }
      ProcessTable.forEachTask(of: entry.process) { round.visit($0) }
    }
  }

  /// Puts another definition into the table: the record leads to the old one or to the new one, whoever is killed meanwhile.
  private func redefine(_ index: Int, _ binding: Text) throws(Errno) {
    guard var specification = specification(index), let slot = slots[index] else { throw .badMessage }
    let old = slot.place
    specification.processors = binding
    slot.place = try store(specification, slot.request)
    guard let renewed = self.specification(index) else { throw .badMessage }
    slot.name = renewed.name
    slot.binding = renewed.processors
    persist(index)
    table.release(Int(old.offset), Int(old.length))
  }
}

extension Cgroups {
  /// cpuset.cpus, where the controller is there: what the worker starts stays within it, whatever it asks for. A node's processors are no
  /// words of that file, and leave the worker its group's.
  func bind(_ name: Text, _ words: Text) { _ = write(words.hasPrefix("node:") ? Text("\n") : words, name, "/cpuset.cpus") }

  /// cgroup.threads; false where it cannot be read.
  func visitTasks(of name: Text, _ round: inout Supervisor.Round) -> Bool {
    guard let path = path(name, "/cgroup.threads") else { return false }
    defer { path.pointer.deallocate() }
    guard let file = try? FileDescriptor(opening: path, .read) else { return false }
    file.forEachLine { if let task = $0.decimal(upTo: Int(Int32.max)), task > 0 { round.visit(ProcessID(Int32(task))) } }
    return true
  }
}
