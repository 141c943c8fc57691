import Sys

/// The deadlines of workers, the earliest first, lib/timerqueue.c: a heap, in which each worker stands at most once, so that
/// WATCHDOG=1 of many costs no more memory and no more time than one's. Forty lines of our own: a package would be the static build's
/// first, and its heap does not find a worker's entry again.
struct TimerQueue {
  private struct Entry {
    var deadline: Instant
    let slot: Int32
  }

  private var heap: [Entry] = []
  /// Where a slot's entry stands, plus one; 0: it has none.
  private var places: [Int32] = []

  var first: Instant? { heap.isEmpty ? nil : heap[0].deadline }

  /// A slot whose deadline has come; it keeps it until another one is set.
  func due(at now: Instant) -> Int? { !heap.isEmpty && heap[0].deadline <= now ? Int(heap[0].slot) : nil }

  mutating func set(_ slot: Int, _ deadline: Instant?) {
    while places.count <= slot {
      if deadline == nil { return }
      places.append(0)
    }
    let place = Int(places[slot]) - 1
    guard let deadline else {
      if place >= 0 { remove(place) }
      return
    }
    if place < 0 {
      heap.append(Entry(deadline: deadline, slot: Int32(slot)))
      places[slot] = Int32(heap.count)
      rise(heap.count - 1)
    } else if heap[place].deadline != deadline {
      heap[place].deadline = deadline
      rise(place)
      sink(Int(places[slot]) - 1)
    }
  }

  private mutating func remove(_ place: Int) {
    swap(place, heap.count - 1)
    places[Int(heap.removeLast().slot)] = 0
    guard place < heap.count else { return }
    let slot = Int(heap[place].slot)
    rise(place)
    sink(Int(places[slot]) - 1)
  }

  private mutating func rise(_ start: Int) {
    var place = start
    while place > 0, heap[place].deadline < heap[(place - 1) / 2].deadline {
      swap(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func sink(_ start: Int) {
    var place = start
    while true {
      var least = place
      for child in 2 * place + 1...2 * place + 2
      where child < heap.count && heap[child].deadline < heap[least].deadline { least = child }
      if least == place { return }
      swap(place, least)
      place = least
    }
  }

  private mutating func swap(_ one: Int, _ other: Int) {
    if one != other { heap.swapAt(one, other) }
    places[Int(heap[one].slot)] = Int32(one + 1)
    places[Int(heap[other].slot)] = Int32(other + 1)
  }
}
