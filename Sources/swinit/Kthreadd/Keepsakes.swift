import Supervision
import Sys

/// What PID 1 keeps for kthreadd beside processes: of each worker the other end of its stop notice, which is closed with its process, and
/// the pipes of its queue, which outlive it.
final class Keepsakes {
  /// Descriptors, each plus one; 0: none.
  private struct Held {
    var notice: Int32 = 0
    var waiting: (Int32, Int32) = (0, 0)
    var hand: (Int32, Int32) = (0, 0)

    var isEmpty: Bool { notice == 0 && waiting.0 == 0 && hand.0 == 0 }
  }

  /// Zero pages until they are used.
  private let held: UnsafeMutablePointer<Held>
  /// One more than the highest slot in use.
  private var end = 0

  init() throws(Errno) { held = try SharedMemory.zeros(of: Held.self, count: Custody.capacity) }

  /// Does what an entry of kthreadd's asks for; its descriptors have the numbers that they are kept by.
  func take(_ entry: Custody.Entry, _ first: Int32, _ second: Int32, over channel: Int32) {
    let slot = Int(entry.slot)
    guard slot < Custody.capacity else { return }
    switch Custody.Kind(rawValue: entry.kind) {
    case .keepNotice:
      close(&held[slot].notice)
      held[slot].notice = first + 1
    case .keepWaitingJobs:
      close(&held[slot].waiting)
      held[slot].waiting = (first + 1, second + 1)
    case .keepJobInHand:
      close(&held[slot].hand)
      held[slot].hand = (first + 1, second + 1)
    case .helloKeepsakes: return sendPage(from: slot, over: channel)
    default: return
    }
    end = max(end, slot + 1)
  }

  /// A worker's process has ended.
  func forget(_ slot: Int) { close(&held[slot].notice) }

  /// A worker is no more.
  func drop(_ slot: Int) {
    close(&held[slot].notice)
    close(&held[slot].waiting)
    close(&held[slot].hand)
    while end > 0, held[end - 1].isEmpty { end -= 1 }
  }

  private func close(_ place: inout Int32) {
    if place > 0 { FileDescriptor.close(place - 1) }
    place = 0
  }

  private func close(_ ends: inout (Int32, Int32)) {
    close(&ends.0)
    close(&ends.1)
  }

  /// As many as a packet takes, and where the next page begins.
  private func sendPage(from slot: Int, over channel: Int32) {
    var entries = InlineArray<40, Custody.Entry>(repeating: Custody.Entry(.complete))
    var descriptors = InlineArray<96, Int32>(repeating: -1)
    var count = 0
    var descriptorCount = 0
    func add(_ kind: Custody.Kind, _ slot: Int, _ first: Int32, _ second: Int32) {
      guard first > 0 else { return }
      descriptors[descriptorCount] = first - 1
      descriptorCount += 1
      if second > 0 {
        descriptors[descriptorCount] = second - 1
        descriptorCount += 1
      }
      entries[count] = Custody.Entry(kind, slot: slot, parts: second > 0 ? [.output, .channel] : [.output])
      count += 1
    }
    var index = slot
    // Three entries and five descriptors at most of each.
    while index < end, count <= 36, descriptorCount <= 91 {
      add(.keptNotice, index, held[index].notice, 0)
      add(.keptWaitingJobs, index, held[index].waiting.0, held[index].waiting.1)
      add(.keptJobInHand, index, held[index].hand.0, held[index].hand.1)
      index += 1
    }
    entries[count] = Custody.Entry(.complete, value: index < end ? Int32(index) : -1)
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
