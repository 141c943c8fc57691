/// What was asked for and waits for its turn, kthread_create_list: first in, first out, and bounded. Who comes when it is full is told
/// at once.
public struct CreateQueue {
  public let capacity: Int
  private var slots: [Int32] = []
  private var head = 0

  public init(capacity: Int) { self.capacity = capacity }

  public var count: Int { slots.count - head }
  public var isFull: Bool { count >= capacity }

  /// Puts a worker's slot behind the others; false when there is no room.
  public mutating func append(_ slot: Int) -> Bool {
    guard !isFull else { return false }
    slots.append(Int32(slot))
    return true
  }

  /// Whose turn it is; nil when nobody waits.
  public mutating func next() -> Int? {
    guard head < slots.count else { return nil }
    defer {
      head += 1
      // What was taken goes when there is as much of it as may wait.
      if head == slots.count || head > capacity {
        slots.removeFirst(head)
        head = 0
      }
    }
    return Int(slots[head])
  }
}
