import Supervision
import Sys

/// The descriptors that PID 1 holds for workers, by their places, in memory that is there from the begin.
struct KeptDescriptors {
  /// Plus one; 0: none. Zero pages until they are used.
  private let files: UnsafeMutablePointer<Int32>
  /// One more than the highest place in use.
  private(set) var end = 0

  init() throws(Errno) { files = try SharedMemory.zeros(of: Int32.self, count: Custody.depositCapacity) }

  /// What an upgrade hands over.
  var numbers: KeptNumbers { KeptNumbers(start: files, count: end) }

  mutating func restore(_ taken: inout InitState.Taken) throws(Errno) {
    end = Int(taken.state.kept.depositEnd)
    guard end >= 0, end <= Custody.depositCapacity else { throw .badMessage }
    try taken.read(numbers.bytes.count, into: files)
  }

  /// Takes a descriptor; -1 is one that did not come through.
  mutating func keep(_ place: Int, _ descriptor: Int32) {
    guard place < Custody.depositCapacity else {
      if descriptor >= 0 { FileDescriptor.close(descriptor) }
      return
    }
    drop(place)
    files[place] = descriptor + 1
    end = max(end, place + 1)
  }

  mutating func drop(_ place: Int) {
    guard place < end else { return }
    if files[place] > 0 { FileDescriptor.close(files[place] - 1) }
    files[place] = 0
    while end > 0, files[end - 1] == 0 { end -= 1 }
  }

  /// Where a new kthreadd goes on asking when it has every worker; -1: that was all.
  var firstPage: Int32 { end == 0 ? -1 : Int32(Custody.capacity) }

  /// Sends those from `place` on, as many as go into a packet.
  func sendPage(from place: Int, mark: Int32, over channel: Int32) {
    var entries = InlineArray<40, Custody.Entry>(repeating: Custody.Entry(.complete))
    var descriptors = InlineArray<40, Int32>(repeating: -1)
    var count = 0
    var index = place
    while index < end, count < 38 {
      if files[index] > 0 {
        entries[count] = Custody.Entry(.keptDeposit, slot: index)
        descriptors[count] = files[index] - 1
        count += 1
      }
      index += 1
    }
    entries[count] = Custody.Entry(.complete, value: index < end ? Int32(Custody.capacity + index) : -1)
    entries[count].spare = mark
    entries.span.withUnsafeBytes { bytes in
      descriptors.span.withUnsafeBufferPointer { list in
        try? Packet.send(
          UnsafeRawBufferPointer(rebasing: bytes.prefix((count + 1) * Custody.entrySize)),
          UnsafeBufferPointer(rebasing: list.prefix(count)), over: channel)
      }
    }
  }
}
