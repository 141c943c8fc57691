public import Sys

/// The table of workers, in memory that outlives its writer: fixed-size records, two copies of each, and their definitions behind them.
///
///     0             header: magic, version, capacity
///     4096          records, 256 bytes each: two copies of 128, each with a sequence and a checksum
///     definitions   frames, in units of 256 bytes
///
/// A record is written to the copy that is older; whoever reads takes the newest copy that is whole. So a writer that dies in the midst
/// of it leaves the record as it was before.
public struct WorkerTable {
  public static let version: UInt32 = 1
  static let magic: UInt32 = 0x3154_5753  // "SWT1"
  static let headerSize = 4096
  static let unit = 256

  public let capacity: Int
  let memory: UnsafeMutableRawBufferPointer
  /// The units of definitions that are taken, one bit each.
  private var taken: [UInt64]
  /// Below it nothing is free.
  private var firstFree = 0
  private var unitsInUse = 0

  /// How many bytes a table for so many workers takes; pages that are never written take none.
  public static func size(capacity: Int) -> Int { headerSize + capacity * 2 * WorkerRecord.size + capacity * 1024 }

  public enum Failure: Error, Sendable {
    /// It was written by a program that has another idea of it.
    case foreign
    case tooSmall
  }

  /// A table in this memory: what is there already, or an empty one where the memory is all zeros.
  public init(in memory: UnsafeMutableRawBufferPointer, capacity: Int) throws(Failure) {
    guard memory.count >= WorkerTable.size(capacity: capacity) else { throw .tooSmall }
    let magic = memory.load(fromByteOffset: 0, as: UInt32.self)
    if magic == 0 {
      memory.storeBytes(of: WorkerTable.version, toByteOffset: 4, as: UInt32.self)
      memory.storeBytes(of: UInt32(capacity), toByteOffset: 8, as: UInt32.self)
      memory.storeBytes(of: WorkerTable.magic, toByteOffset: 0, as: UInt32.self)
    }
    guard memory.load(fromByteOffset: 0, as: UInt32.self) == WorkerTable.magic,
      memory.load(fromByteOffset: 4, as: UInt32.self) == WorkerTable.version,
      memory.load(fromByteOffset: 8, as: UInt32.self) == UInt32(capacity)
    else { throw .foreign }
    self.memory = memory
    self.capacity = capacity
    taken = [UInt64](repeating: 0, count: capacity * 1024 / WorkerTable.unit / 64)
  }

  /// One more than the highest slot that was ever written; never more than there are, whatever stands there.
  public var end: Int {
    get { min(Int(memory.load(fromByteOffset: 12, as: UInt32.self)), capacity) }
    nonmutating set { memory.storeBytes(of: UInt32(newValue), toByteOffset: 12, as: UInt32.self) }
  }

  /// Whether the workers that are defined at the start were all put into it.
  public var isBooted: Bool {
    get { memory.load(fromByteOffset: 16, as: UInt32.self) != 0 }
    nonmutating set { memory.storeBytes(of: newValue ? 1 : 0, toByteOffset: 16, as: UInt32.self) }
  }

  /// Whether PID 1 and kthreadd were given a cgroup of their own below the container's.
  var leaf: Cgroups.Leaf {
    get { memory.load(fromByteOffset: 64, as: UInt32.self) != 0 ? .made : .none }
    nonmutating set { memory.storeBytes(of: newValue == .made ? 1 : 0, toByteOffset: 64, as: UInt32.self) }
  }

  /// The record in a slot; nil when there is none that is whole.
  public func record(_ slot: Int) -> WorkerRecord? {
    guard let copy = newest(slot) else { return nil }
    let record = WorkerRecord(reading: place(slot, copy))
    return record.definitionLength == 0 ? nil : record
  }

  /// Writes a record.
  public func set(_ slot: Int, _ record: WorkerRecord) {
    if slot >= end { end = slot + 1 }
    let current = newest(slot)
    // 0 is a copy that was never written.
    let sequence = max(1, current.map { place(slot, $0).load(fromByteOffset: 4, as: UInt32.self) &+ 1 } ?? 1)
    let target = place(slot, 1 - (current ?? 1))
    record.write(to: target)
    target.storeBytes(of: sequence, toByteOffset: 4, as: UInt32.self)
    target.storeBytes(of: Checksum.of(WorkerTable.checked(target)), toByteOffset: 0, as: UInt32.self)
  }

  /// Empties a slot. The definition's place is free again.
  public mutating func clear(_ slot: Int) {
    guard let record = record(slot) else { return }
    release(Int(record.definition), Int(record.definitionLength))
    set(slot, WorkerRecord())
  }

  private func place(_ slot: Int, _ copy: Int) -> UnsafeMutableRawPointer {
    memory.baseAddress! + WorkerTable.headerSize + (slot * 2 + copy) * WorkerRecord.size
  }

  private static func checked(_ copy: UnsafeMutableRawPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: copy + 4, count: WorkerRecord.size - 4)
  }

  /// Which copy counts.
  private func newest(_ slot: Int) -> Int? {
    var best: Int?
    var bestSequence: UInt32 = 0
    for copy in 0..<2 {
      let start = place(slot, copy)
      let sequence = start.load(fromByteOffset: 4, as: UInt32.self)
      guard sequence != 0, start.load(as: UInt32.self) == Checksum.of(WorkerTable.checked(start)) else { continue }
      // The sequence may go round: what is a little ahead is newer.
      if best == nil || sequence &- bestSequence < 1 << 31 {
        best = copy
        bestSequence = sequence
      }
    }
    return best
  }
}

extension WorkerTable {
  private var definitions: UnsafeMutableRawPointer {
    memory.baseAddress! + WorkerTable.headerSize + capacity * 2 * WorkerRecord.size
  }

  /// A worker's definition; nil when the record leads nowhere.
  public func definition(of record: WorkerRecord) -> Text? {
    let from = Int(record.definition)
    let count = Int(record.definitionLength)
    guard count > 0, from + count <= capacity * 1024 else { return nil }
    let start = UnsafeRawPointer(definitions + from).assumingMemoryBound(to: UInt8.self)
    return Text(UnsafeBufferPointer(start: start, count: count))
  }

  /// Keeps a definition, and says where. nil: there is no room.
  public mutating func store(_ bytes: [UInt8]) -> (offset: UInt32, length: UInt32)? {
    let units = (bytes.count + WorkerTable.unit - 1) / WorkerTable.unit
    guard let first = room(for: units) else { return nil }
    for unit in first..<first + units { mark(unit) }
    let place = first * WorkerTable.unit
    bytes.withUnsafeBytes { (definitions + place).copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    return (UInt32(place), UInt32(bytes.count))
  }

  /// Marks what a record that was found here holds.
  public mutating func adopt(_ record: WorkerRecord) {
    let first = Int(record.definition) / WorkerTable.unit
    let units = (Int(record.definitionLength) + WorkerTable.unit - 1) / WorkerTable.unit
    guard first + units <= taken.count * 64 else { return }
    for unit in first..<first + units { mark(unit) }
  }

  /// Gives a definition's place back.
  public mutating func release(_ place: Int, _ length: Int) {
    let first = place / WorkerTable.unit
    let units = (length + WorkerTable.unit - 1) / WorkerTable.unit
    guard first + units <= taken.count * 64 else { return }
    for unit in first..<first + units where isTaken(unit) {
      taken[unit / 64] &= ~(1 << UInt64(unit % 64))
      unitsInUse -= 1
    }
    firstFree = min(firstFree, first)
  }

  private func isTaken(_ unit: Int) -> Bool { taken[unit / 64] & 1 << UInt64(unit % 64) != 0 }

  private mutating func mark(_ unit: Int) {
    if !isTaken(unit) { unitsInUse += 1 }
    taken[unit / 64] |= 1 << UInt64(unit % 64)
  }

  /// The first place where so many units are free.
  private mutating func room(for units: Int) -> Int? {
    var start = firstFree
    var unit = start
    let all = taken.count * 64
    var isLowest = true
    while unit < all {
      if unit % 64 == 0, taken[unit / 64] == .max {
        unit += 64
        start = unit
        continue
      }
      if isTaken(unit) {
        start = unit + 1
      } else {
        if isLowest {
          firstFree = unit
          isLowest = false
        }
        if unit + 1 - start == units { return start }
      }
      unit += 1
    }
    return nil
  }
}
