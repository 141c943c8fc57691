import Sys
import Wire

/// What a process that is forked just now finds of kthreadd's memory: its heap is left out (`Slab`), this is not.
struct Parcel {
  /// A definition, the names of 256 descriptors and their numbers, and a path; pages that are used and no others.
  private static let size = 192 << 10
  private let memory: UnsafeMutableRawBufferPointer
  private var count = 0

  init() throws(Errno) {
    memory = UnsafeMutableRawBufferPointer(
      start: try SharedMemory.zeros(of: UInt8.self, count: Parcel.size), count: Parcel.size)
  }

  /// Begins anew.
  mutating func empty() { count = 0 }

  /// Takes a copy, aligned for any number. E2BIG where there is no room.
  @inline(never)
  mutating func add(_ bytes: UnsafeRawBufferPointer) throws(Errno) -> UnsafeRawBufferPointer {
    guard bytes.count <= Parcel.size - count - 16 else { throw .tooBig }
    let place = UnsafeMutableRawBufferPointer(rebasing: memory[count..<(count + bytes.count)])
    place.copyMemory(from: bytes)
    count += (bytes.count + 15) & ~15
    return UnsafeRawBufferPointer(place)
  }

  mutating func add(_ text: Text) throws(Errno) -> Text {
    Text(try add(UnsafeRawBufferPointer(text.bytes)).assumingMemoryBound(to: UInt8.self))
  }
}
