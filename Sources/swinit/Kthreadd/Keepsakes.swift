import Supervision
import Sys

/// What PID 1 keeps for kthreadd beside processes: of each worker the other end of its stop notice, which is closed with its process, and
/// the pipes of its queue, which outlive it.
final class Keepsakes {
  /// Descriptors, each plus one; 0: none. Zero pages until they are used.
  private let held: UnsafeMutablePointer<InlineArray<5, Int32>>
  /// One more than the highest slot in use.
  private(set) var end = 0

  init() throws(Errno) { held = try SharedMemory.zeros(of: InlineArray<5, Int32>.self, count: Custody.capacity) }

  /// What an upgrade hands over.
  var numbers: KeptNumbers {
    let start = UnsafeMutableRawPointer(held).assumingMemoryBound(to: Int32.self)
    return KeptNumbers(start: start, count: end * Keepsake.partCount)
  }

  func restore(_ taken: inout InitState.Taken) throws(Errno) {
    end = Int(taken.state.kept.keepsakeEnd)
    guard end >= 0, end <= Custody.capacity else { throw .badMessage }
    try taken.read(numbers.bytes.count, into: held)
  }

  /// Does what an entry of kthreadd's asks for; its descriptors have the numbers that they are kept by.
  func take(_ entry: Custody.Entry, _ first: Int32, _ second: Int32, over channel: Int32) {
    let slot = Int(entry.slot)
    guard slot < Custody.capacity else { return }
    switch Custody.Kind(rawValue: entry.kind) {
    case .helloMore: sendPage(from: slot, mark: entry.spare, over: channel)
    case .keepMore:
      var next = first
      for part in 0..<Keepsake.partCount where entry.parts & 1 << UInt32(part) != 0 {
        close(slot, part)
        held[slot][part] = next + 1
        next = second
      }
      end = max(end, slot + 1)
    default: break
    }
  }

  /// A worker's process has ended.
  func forget(_ slot: Int) { close(slot, Keepsake.Part.notice.rawValue) }

  /// A worker is no more.
  func drop(_ slot: Int) {
    for part in 0..<Keepsake.partCount { close(slot, part) }
    while end > 0, parts(end - 1) == 0 { end -= 1 }
  }

  private func close(_ slot: Int, _ part: Int) {
    if held[slot][part] > 0 { FileDescriptor.close(held[slot][part] - 1) }
    held[slot][part] = 0
  }

  private func parts(_ slot: Int) -> UInt32 {
    var parts: UInt32 = 0
    for part in 0..<Keepsake.partCount where held[slot][part] > 0 { parts |= 1 << UInt32(part) }
    return parts
  }

  /// As many as a packet takes, and where the next page begins.
  private func sendPage(from slot: Int, mark: Int32, over channel: Int32) {
    var entries = InlineArray<40, Custody.Entry>(repeating: Custody.Entry(.complete))
    var descriptors = InlineArray<96, Int32>(repeating: -1)
    var count = 0
    var descriptorCount = 0
    var index = slot
    while index < end, count < 39, descriptorCount <= 96 - Keepsake.partCount {
      let parts = parts(index)
      for part in 0..<Keepsake.partCount where held[index][part] > 0 {
        descriptors[descriptorCount] = held[index][part] - 1
        descriptorCount += 1
      }
      if parts != 0 {
        entries[count] = Custody.Entry(.keptMore, slot: index, parts: Custody.Parts(rawValue: parts))
        count += 1
      }
      index += 1
    }
    entries[count].value = index < end ? Int32(index) : -1
    entries[count].spare = mark
    entries.span.withUnsafeBytes { bytes in
      descriptors.span.withUnsafeBufferPointer { list in
        try? Packet.send(
          UnsafeRawBufferPointer(rebasing: bytes.prefix((count + 1) * Custody.entrySize)),
          UnsafeBufferPointer(rebasing: list.prefix(descriptorCount)), over: channel)
      }
    }
  }
}
