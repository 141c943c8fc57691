import Sys
import Wire

/// Descriptors that are kept for workers, here and by PID 1: FDSTORE=1 of sd_notify(3).
extension Supervisor {
  /// Takes a descriptor over; nil, and it is closed, where there is no room.
  func keep(_ descriptor: Int32, _ deposit: Deposit) -> Int? {
    guard let number = try? FileDescriptor.owning(descriptor).raised().release() else { return nil }
    guard let place = freeDeposit() else {
      FileDescriptor.close(number)
      return nil
    }
    hearing.files[place] = number
    hearing.table.set(place, deposit)
    tell(Custody.Entry(.keepDeposit, slot: place), number)
    return place
  }

  private func freeDeposit() -> Int? {
    for place in hearing.files.indices where hearing.files[place] < 0 { return place }
    guard hearing.files.count < hearing.limit else { return nil }
    hearing.files.append(-1)
    return hearing.files.count - 1
  }

  func drop(deposit place: Int) {
    let file = hearing.files[place]
    guard file >= 0 else { return }
    hearing.table.clear(place)
    // Others have it open too, so that its end here would not end the watch.
    events.remove(file)
    FileDescriptor.close(file)
    hearing.files[place] = -1
    tell(Custody.Entry(.dropDeposit, slot: place))
  }

  func nextSerial() -> UInt64 {
    hearing.serial &+= 1
    return hearing.serial
  }

  // MARK: FDSTORE=1

  /// Keeps what came with a message, as far as FileDescriptorStoreMax= allows. What is kept is taken out of `received`.
  func store(_ received: inout Packet.Received, _ said: Notification, _ index: Int) {
    guard let slot = slots[index] else { return }
    for number in 0..<received.descriptorCount {
      let descriptor = received.descriptors[number]
      if isStored(descriptor, slot) { continue }
      guard slot.notes.stored.count < slot.notes.storeMaximum else { return complainOfStore(index) }
      received.descriptors[number] = -1
      var deposit = Deposit(.stored, slot: index, serial: nextSerial())
      deposit.polling = said.polling
      deposit.name = said.descriptorName ?? Text("stored")
      guard let place = keep(descriptor, deposit) else { return complainOfStore(index) }
      slot.notes.stored.append(place)
      watchStored(place, deposit)
    }
  }

  private func isStored(_ descriptor: Int32, _ slot: Slot) -> Bool {
    for place in slot.notes.stored where FileDescriptor.isSame(hearing.files[place], descriptor) { return true }
    return false
  }

  @inline(never)
  private func complainOfStore(_ index: Int) {
    guard let slot = slots[index], complains(.store, index) else { return }
    say(
      """
      worker '\(slot.name)': a descriptor is not kept: \(slot.notes.stored.count) are, and FileDescriptorStoreMax=\
      \(slot.notes.storeMaximum)
      """)
  }

  /// Waits for its other end to go, epoll(7): EPOLLHUP and EPOLLERR come unasked. What cannot be waited for stays.
  func watchStored(_ place: Int, _ deposit: Deposit) {
    guard deposit.polling == .watched else { return }
    let key = Source.stored.key(place, UInt32(truncatingIfNeeded: deposit.serial))
    try? events.add(hearing.files[place], [], key: key)
  }

  func storedHungUp(_ place: Int, _ generation: UInt32) {
    guard place < hearing.files.count, let deposit = hearing.table.deposit(place),
      UInt32(truncatingIfNeeded: deposit.serial) == generation, let slot = slots[deposit.slot]
    else { return }
    slot.notes.stored.removeAll { $0 == place }
    drop(deposit: place)
  }

  /// FDSTOREREMOVE=1: all of this name.
  func removeStored(_ name: Text, _ index: Int) {
    guard let slot = slots[index] else { return }
    for place in slot.notes.stored {
      guard let deposit = hearing.table.deposit(place), deposit.name == name else { continue }
      slot.notes.stored.removeAll { $0 == place }
      drop(deposit: place)
    }
  }

  func dropStore(_ index: Int) {
    guard let slot = slots[index] else { return }
    for place in slot.notes.stored { drop(deposit: place) }
    slot.notes.stored = []
  }

  /// Drops what was kept for workers that have ended for good. One that was told to start again in the same moment keeps it.
  func dropStores() {
    let ended = hearing.ended
    hearing.ended = []
    for index in ended where slots[index]?.worker.state == .ended { dropStore(index) }
  }

  /// What follows for deposits from a worker's new state.
  func settleNotes(_ index: Int) {
    guard let slot = slots[index] else { return }
    if slot.notes.readiness >= 0, !slot.worker.mayBecomeReady { closeReadiness(index) }
    if slot.worker.state == .ended, !slot.notes.stored.isEmpty { hearing.ended.append(index) }
  }

  // MARK: the next life

  /// Gives a new process what it inherits, before its definition.
  func handOver(_ index: Int, _ specification: Specification, over channel: Int32) throws(Errno) {
    guard let slot = slots[index] else { return }
    slot.notes.complaints = []
    set(status: Text(""), index)
    closeReadiness(index)
    if specification.readiness == .descriptor { try giveReadiness(index, over: channel) }
    var rest = slot.notes.stored[...]
    while !rest.isEmpty {
      var frame = FrameBuilder(kind: Handover.stored.rawValue, id: 0)
      var descriptors = InlineArray<64, Int32>(repeating: -1)
      var count = 0
      while let place = rest.first, count < Handover.limit {
        rest = rest.dropFirst()
        guard let deposit = hearing.table.deposit(place) else { continue }
        frame.add(Tag.text, deposit.name)
        descriptors[count] = hearing.files[place]
        count += 1
      }
      var failure: Errno?
      descriptors.span.withUnsafeBufferPointer { list in
        do throws(Errno) {
          try Handover.send(frame, UnsafeBufferPointer(rebasing: list.prefix(count)), over: channel)
        } catch { failure = error }
      }
      if let failure { throw failure }
    }
  }
}
