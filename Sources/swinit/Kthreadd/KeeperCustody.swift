import Supervision
import Sys

/// What PID 1 keeps for kthreadd: taken as it comes, and given to the next one page by page.
extension Keeper {
  /// Takes the next message of kthreadd's; false: there is none.
  func takeOne() -> Bool {
    var entry = Custody.Entry(.hello)
    var received = Packet.Received()
    var failure: Errno?
    withUnsafeMutableBytes(of: &entry) { memory in
      do throws(Errno) { received = try Packet.receive(into: memory, from: channel) } catch { failure = error }
    }
    if failure == .again { return false }
    // Told once to who has sent what is not read any more; what has come lies there still.
    if failure == .connectionReset { return true }
    guard failure == nil, received.count == Custody.entrySize else {
      // It has gone; its end comes as a signal, and starts the next one.
      if received.count == 0 || failure != nil { closeChannel() }
      return false
    }
    // Whatever it says, it does not hang.
    answerBy = nil
    let parts = Custody.Parts(rawValue: entry.parts)
    let slot = Int(entry.slot)
    var first: Int32 = -1
    var second: Int32 = -1
    if received.descriptorCount > 0 { first = raise(received.descriptors[0]) }
    if received.descriptorCount > 1 { second = raise(received.descriptors[1]) }
    switch Custody.Kind(rawValue: entry.kind) {
    case .hello where slot >= Custody.capacity:
      deposits.sendPage(from: slot - Custody.capacity, mark: entry.spare, over: channel)
    case .hello: sendPage(from: slot, mark: entry.spare)
    case .keepDeposit: deposits.keep(slot, first)
    case .dropDeposit: deposits.drop(slot)
    case .mainProcess where slot < Custody.capacity:
      held[slot].process = entry.process
      if held[slot].status != 0 { endsHeld -= 1 }
      held[slot].status = 0
    case .askEnd where slot < Custody.capacity:
      let status = held[slot].process == entry.process ? held[slot].status - 1 : -1
      send(Custody.Entry(.ended, slot: slot, process: entry.process, value: status))
    case .keepListeners:
      control = first
      notify = second
    case .keep where slot < Custody.capacity:
      drop(slot)
      held[slot].process = entry.process
      if parts.contains(.output) {
        held[slot].output = first + 1
        held[slot].channel = second + 1
      } else {
        held[slot].channel = first + 1
      }
      end = max(end, slot + 1)
    case .dropChannel where slot < Custody.capacity: close(&held[slot].channel)
    case .forget where slot < Custody.capacity:
      held[slot].process = 0
      if held[slot].status != 0 { endsHeld -= 1 }
      held[slot].status = 0
      close(&held[slot].channel)
      keepsakes.forget(slot)
      tellMore()
    case .drop where slot < Custody.capacity:
      drop(slot)
      keepsakes.drop(slot)
    case .done:
      isDone = .done
      isServing = .done
      advanceUpgrade()
    case .mayUpgrade: consider(first)
    case .upgradeFailed: dropCandidate()
    case .isUpgrading: answerWhetherUpgrading()
    case .endContainer: if endCode == nil { endCode = entry.value }
    default: keepsakes.take(entry, first, second, over: channel)
    }
    return true
  }

  /// A descriptor that came gets a number above those that are the command's.
  func raise(_ descriptor: Int32) -> Int32 {
    // The limit is raised only when it is needed: hooks inherit it.
    if descriptor + 64 > descriptorLimit, let limit = try? Attributes.limit(7) {
      try? Attributes.setLimit(7, soft: limit.hard, hard: limit.hard)
      descriptorLimit = Int32(clamping: limit.hard)
    }
    guard descriptor <= inherited else { return descriptor }
    return (try? FileDescriptor.owning(descriptor).moved(above: inherited).release()) ?? -1
  }

  func close(_ place: inout Int32) {
    if place > 0 { FileDescriptor.close(place - 1) }
    place = 0
  }

  func drop(_ slot: Int) {
    close(&held[slot].output)
    close(&held[slot].channel)
    if held[slot].status != 0 { endsHeld -= 1 }
    held[slot] = Held()
    while end > 0, held[end - 1].process == 0, held[end - 1].output == 0, held[end - 1].channel == 0 { end -= 1 }
  }

  /// Ends that did not fit into the channel before.
  func tellMore() {
    guard endsHeld > 0 else { return }
    for slot in 0..<end where held[slot].status > 0 { tellEnd(slot) }
  }

  /// A page of what is kept, for a kthreadd that begins.
  func sendPage(from slot: Int, mark: Int32) {
    var entries = InlineArray<40, Custody.Entry>(repeating: Custody.Entry(.hello))
    var descriptors = InlineArray<96, Int32>(repeating: -1)
    var count = 0
    var descriptorCount = 0
    func add(_ descriptor: Int32) {
      descriptors[descriptorCount] = descriptor
      descriptorCount += 1
    }
    if slot == 0 {
      var parts: Custody.Parts = [.memory, .program]
      add(memory.rawValue)
      add(candidate >= 0 ? candidate : program.rawValue)
      if control >= 0, notify >= 0 {
        parts.formUnion([.control, .notify])
        add(control)
        add(notify)
      }
      parts.insert(.heart)
      add(heart)
      entries[0] = Custody.Entry(.welcome, parts: parts)
      count = 1
    }
    var index = slot
    while index < end, count < 38, descriptorCount < 90 {
      let worker = held[index]
      if worker.process != 0 || worker.output != 0 || worker.channel != 0 {
        var parts: Custody.Parts = []
        if worker.output > 0 {
          parts.insert(.output)
          add(worker.output - 1)
        }
        if worker.channel > 0 {
          parts.insert(.channel)
          add(worker.channel - 1)
        }
        entries[count] = Custody.Entry(.kept, slot: index, process: worker.process, parts: parts, value: worker.status - 1)
        count += 1
      }
      index += 1
    }
    entries[count] = Custody.Entry(.complete, value: index < end ? Int32(index) : deposits.firstPage)
    entries[count].spare = mark
    count += 1
    entries.span.withUnsafeBytes { bytes in
      descriptors.span.withUnsafeBufferPointer { list in
        try? Packet.send(
          UnsafeRawBufferPointer(rebasing: bytes.prefix(count * Custody.entrySize)),
          UnsafeBufferPointer(rebasing: list.prefix(descriptorCount)), over: channel)
      }
    }
  }
}
