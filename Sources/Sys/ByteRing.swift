import Synchronization

/// A ring of bytes in memory that two sides share: one writes, the other reads, and neither waits for a lock.
///
/// A header of `ByteRing.headerSize` bytes holds how many bytes were written and how many were read since the beginning, each by its own
/// side only, and whether the writer waits for room. The other side may be anybody: what it says is never trusted with an address.
public struct ByteRing {
  /// Two cache lines, one for each side.
  public static let headerSize = 128

  private let header: UnsafeMutableRawPointer
  private let data: UnsafeMutableRawPointer
  /// A power of two.
  private let capacity: UInt32

  /// - Parameter capacity: a power of two.
  public init(header: UnsafeMutableRawPointer, data: UnsafeMutableRawPointer, capacity: UInt32) {
    self.header = header
    self.data = data
    self.capacity = capacity
  }

  private func word(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt32>> {
    (header + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
  }
  private var written: UnsafeMutablePointer<Atomic<UInt32>> { word(0) }
  private var waiting: UnsafeMutablePointer<Atomic<UInt32>> { word(4) }
  private var taken: UnsafeMutablePointer<Atomic<UInt32>> { word(64) }

  /// How many bytes are there to be read.
  public var count: Int {
    let count = written.pointee.load(ordering: .acquiring) &- taken.pointee.load(ordering: .acquiring)
    return Int(min(count, capacity))
  }

  /// The writer's: how many bytes there is room for.
  public var room: Int { Int(capacity) - count }

  /// The writer's: free bytes up to the end of the memory or of the room, whichever is nearer. Empty when there is none.
  public var free: UnsafeMutableRawBufferPointer {
    let start = written.pointee.load(ordering: .relaxed) & (capacity - 1)
    return UnsafeMutableRawBufferPointer(start: data + Int(start), count: min(room, Int(capacity - start)))
  }

  /// The writer's: `count` of the free bytes are filled.
  public func fill(_ count: Int) {
    let new = written.pointee.load(ordering: .relaxed) &+ UInt32(count)
    written.pointee.store(new, ordering: .sequentiallyConsistent)
  }

  /// The reader's: bytes that are there, up to the end of the memory. Empty when there are none.
  public var filled: UnsafeRawBufferPointer {
    let start = taken.pointee.load(ordering: .relaxed) & (capacity - 1)
    return UnsafeRawBufferPointer(start: data + Int(start), count: min(count, Int(capacity - start)))
  }

  /// The reader's: `count` of the bytes are used, and their room is free.
  public func free(_ count: Int) {
    let new = taken.pointee.load(ordering: .relaxed) &+ UInt32(count)
    taken.pointee.store(new, ordering: .sequentiallyConsistent)
  }

  /// The writer's, before it sleeps: asks to be woken when there is room. It has to look once more after this.
  public func askForRoom() { waiting.pointee.store(1, ordering: .sequentiallyConsistent) }

  /// The reader's, after it has freed: whether the writer waits and is to be woken.
  public func takeRequestForRoom() -> RoomRequest {
    guard waiting.pointee.load(ordering: .sequentiallyConsistent) == 1 else { return .none }
    return waiting.pointee.exchange(0, ordering: .sequentiallyConsistent) == 1 ? .waiting : .none
  }

  public enum RoomRequest {
    case none, waiting
  }

  /// The writer's: as many of `bytes` as there is room for. Returns how many.
  public func write(_ bytes: UnsafeRawBufferPointer) -> Int {
    var done = 0
    while done < bytes.count {
      let room = free
      let count = min(room.count, bytes.count - done)
      if count == 0 { break }
      UnsafeMutableRawBufferPointer(rebasing: room[..<count]).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[done..<done + count]))
      fill(count)
      done += count
    }
    return done
  }
}
