import Sys
import Wire

/// Descriptors that are kept for workers, here and by PID 1: FDSTORE=1 of sd_notify(3).
extension Supervisor {
  /// Takes a descriptor over; nil, and it is closed, where there is no room.
  func keep(_ descriptor: Int32, _ deposit: Deposit) -> Int? {
    guard let number = try? FileDescriptor.owning(descriptor).moved(above: CreateInfo.lowDescriptors - 1).release() else {
      return nil
    }
    guard let place = freeDeposit() else {
      FileDescriptor.close(number)
      return nil
    }
    hearing.table.set(place, deposit)
    hold(deposit, number, at: place)
    tell(Custody.Entry(.keepDeposit, slot: place), number)
    return place
  }

  private func freeDeposit() -> Int? {
    for place in hearing.kept.indices where hearing.kept[place].file < 0 { return place }
    guard hearing.kept.count < hearing.limit else { return nil }
    hearing.kept.append(Hearing.Kept())
    return hearing.kept.count - 1
  }

  /// Has a deposit, from now on. A stored one is waited for: EPOLLHUP and EPOLLERR of epoll(7) come unasked. What cannot be waited for
  /// stays.
  func hold(_ deposit: Deposit, _ file: Int32, at place: Int) {
    hearing.generation &+= 1
    hearing.kept[place] = Hearing.Kept(
      file: file, slot: Int32(deposit.slot), kind: deposit.kind, generation: hearing.generation)
    guard deposit.kind == .stored else { return }
    slots[deposit.slot]?.notes.stored += 1
    guard deposit.polling == .watched else { return }
    try? events.add(file, [], key: Source.stored.key(place, hearing.generation))
  }

  func drop(deposit place: Int) {
    let kept = hearing.kept[place]
    hearing.kept[place].file = -1
    hearing.table.clear(place)
    // Others have it open too, so that its end here would not end the watch.
    events.remove(kept.file)
    FileDescriptor.close(kept.file)
    tell(Custody.Entry(.dropDeposit, slot: place))
    if kept.kind == .stored { slots[Int(kept.slot)]?.notes.stored -= 1 }
  }

  /// Calls `body` with the places of what is stored for a worker.
  private func forEachStored(_ index: Int, _ body: (Int) -> Void) {
    guard slots[index]?.notes.stored != 0 else { return }
    for place in hearing.kept.indices {
      let kept = hearing.kept[place]
      if kept.file >= 0, kept.kind == .stored, kept.slot == Int32(index) { body(place) }
    }
  }

  // MARK: FDSTORE=1

  /// Keeps what came with a message, as far as FileDescriptorStoreMax= allows. What is kept is taken out of `received`.
  func store(_ received: inout Packet.Received, _ said: Notification, _ index: Int) {
    guard let slot = slots[index] else { return }
    for number in 0..<received.descriptorCount {
      let descriptor = received.descriptors[number]
      if isStored(descriptor, index) { continue }
      guard slot.notes.stored < slot.notes.storeMaximum else { return complainOfStore(index) }
      received.descriptors[number] = -1
      var deposit = Deposit(.stored, slot: index)
      deposit.polling = said.polling
      deposit.name = said.descriptorName ?? Text("stored")
      if keep(descriptor, deposit) == nil { return complainOfStore(index) }
    }
  }

  private func isStored(_ descriptor: Int32, _ index: Int) -> Bool {
    var isThere = false
    forEachStored(index) { if FileDescriptor.isSame(hearing.kept[$0].file, descriptor) { isThere = true } }
    return isThere
  }

  @inline(never)
  private func complainOfStore(_ index: Int) {
    guard let slot = slots[index], complains(.store, index) else { return }
    let limit = slot.notes.storeMaximum
    say("worker '\(slot.name)': a descriptor is not kept: \(slot.notes.stored) are, and FileDescriptorStoreMax=\(limit)")
  }

  /// The other end has gone.
  func storedHungUp(_ place: Int, _ generation: UInt32) {
    guard place < hearing.kept.count, hearing.kept[place].file >= 0, hearing.kept[place].generation == generation else { return }
    drop(deposit: place)
  }

  /// FDSTOREREMOVE=1: all of this name; without a name all there are.
  func dropStored(_ index: Int, named name: Text? = nil) {
    forEachStored(index) { place in
      if let name, let deposit = hearing.table.deposit(place), !(deposit.name == name) { return }
      drop(deposit: place)
    }
  }

  /// Drops what was kept for workers that have ended for good. One that was told to start again in the same moment keeps it.
  func dropStores() {
    hearing.stores = .needed
    for index in slots.indices where slots[index]?.worker.state == .ended { dropStored(index) }
  }

  /// What follows for deposits from a worker's new state.
  func settleNotes(_ index: Int) {
    guard let slot = slots[index] else { return }
    if slot.notes.readiness >= 0, !slot.worker.mayBecomeReady { closeReadiness(index) }
    if slot.worker.state == .ended, slot.notes.stored > 0 { hearing.stores = .over }
  }

  // MARK: the next life

  /// Lends a new process what it inherits: the writing end of its readiness, and then what is stored for it, whose names are returned.
  func handOver(_ index: Int, _ specification: Specification) throws(Errno) -> [UInt8] {
    guard let slot = slots[index] else { return [] }
    slot.notes.complaints = []
    set(status: Text(""), index)
    closeReadiness(index)
    if specification.readiness == .descriptor { slot.lent.append(try makeReadiness(index)) }
    var names: [UInt8] = []
    var failure: Errno?
    forEachStored(index) { place in
      guard let deposit = hearing.table.deposit(place) else { return }
      do throws(Errno) { slot.lent.append(try FileDescriptor.duplicate(hearing.kept[place].file)) } catch { failure = error }
      names.append(contentsOf: deposit.name.bytes)
      names.append(UInt8(ascii: ":"))
    }
    if let failure { throw failure }
    return names
  }
}
