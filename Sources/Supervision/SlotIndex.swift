/// Finds slots by a hash: of a name, or a process's number. Chains through arrays, so that ten thousand cost no more than one.
struct SlotIndex {
  private var heads: [Int32] = [Int32](repeating: -1, count: 64)
  private var nexts: [Int32] = []
  private var hashes: [UInt32] = []
  private(set) var count = 0

  mutating func insert(_ slot: Int, hash: UInt32) {
    while nexts.count <= slot {
      nexts.append(-1)
      hashes.append(0)
    }
    if count >= heads.count * 2 { grow() }
    hashes[slot] = hash
    link(slot)
    count += 1
  }

  mutating func remove(_ slot: Int) {
    let bucket = Int(hashes[slot]) & (heads.count - 1)
    var current = heads[bucket]
    if current == Int32(slot) {
      heads[bucket] = nexts[slot]
      count -= 1
      return
    }
    while current >= 0 {
      let next = nexts[Int(current)]
      if next == Int32(slot) {
        nexts[Int(current)] = nexts[slot]
        count -= 1
        return
      }
      current = next
    }
  }

  /// The first slot of this hash that `matches`; nil when there is none.
  func find(hash: UInt32, where matches: (Int) -> Bool) -> Int? {
    var current = heads[Int(hash) & (heads.count - 1)]
    while current >= 0 {
      let slot = Int(current)
      if hashes[slot] == hash, matches(slot) { return slot }
      current = nexts[slot]
    }
    return nil
  }

  private mutating func link(_ slot: Int) {
    let bucket = Int(hashes[slot]) & (heads.count - 1)
    nexts[slot] = heads[bucket]
    heads[bucket] = Int32(slot)
  }

  private mutating func grow() {
    var members: [Int] = []
    for head in heads {
      var current = head
      while current >= 0 {
        members.append(Int(current))
        current = nexts[Int(current)]
      }
    }
    heads = [Int32](repeating: -1, count: heads.count * 4)
    for slot in members { link(slot) }
  }
}
