public import Sys

/// A descriptor that PID 1 holds for a worker, so that it outlives kthreadd. The descriptor is PID 1's; whose it is, and what for, stands
/// in the table under the same number.
public struct Deposit {
  public enum Kind: UInt8, Sendable {
    /// FDSTORE=1: given back to the worker's next life.
    case stored = 1
    /// The reading end of what the worker writes its readiness to.
    case readiness = 2
  }

  /// Whether one is given up when its other end has gone.
  public enum Polling: UInt8, Sendable {
    case watched = 0
    /// FDPOLL=0.
    case left = 1
  }

  public var kind: Kind
  public var slot: Int
  public var polling = Polling.watched
  /// FDNAME=. Points into the table, or the message.
  public var name = Text("")

  public init(_ kind: Kind, slot: Int) {
    self.kind = kind
    self.slot = slot
  }

  /// Of a name, systemd's FDNAME_MAX.
  public static let nameLimit = 255
}

/// The deposits of all workers, in the memory that outlives kthreadd, behind the workers' table. Fixed-size entries with a checksum: one
/// that was written half is none.
///
///     0   one more than the highest that was ever written       4   how often the message that is heard now was begun
///     64  entries of 268 bytes: checksum (4), slot and one (4), kind, polling, length, name
public struct DepositTable {
  private static let headerSize = 64
  private static let entrySize = 268
  public static let size = headerSize + Custody.depositCapacity * entrySize

  private let memory: UnsafeMutableRawPointer

  /// The table in this memory, which is all zeros or was one before.
  public init(in memory: UnsafeMutableRawPointer) { self.memory = memory }

  public var end: Int {
    get { min(Int(memory.load(as: UInt32.self)), Custody.depositCapacity) }
    nonmutating set { memory.storeBytes(of: UInt32(newValue), as: UInt32.self) }
  }

  /// 0: no message is being heard.
  public var hearings: UInt32 {
    get { memory.load(fromByteOffset: 4, as: UInt32.self) }
    nonmutating set { memory.storeBytes(of: newValue, toByteOffset: 4, as: UInt32.self) }
  }

  public func set(_ place: Int, _ deposit: Deposit) {
    if place >= end { end = place + 1 }
    let entry = entry(place)
    entry.storeBytes(of: UInt32(deposit.slot) + 1, toByteOffset: 4, as: UInt32.self)
    entry.storeBytes(of: deposit.kind.rawValue, toByteOffset: 8, as: UInt8.self)
    entry.storeBytes(of: deposit.polling.rawValue, toByteOffset: 9, as: UInt8.self)
    let name = deposit.name.prefix(Deposit.nameLimit)
    entry.storeBytes(of: UInt8(name.count), toByteOffset: 10, as: UInt8.self)
    for (index, byte) in name.bytes.enumerated() { entry.storeBytes(of: byte, toByteOffset: 11 + index, as: UInt8.self) }
    entry.storeBytes(of: DepositTable.checksum(entry), as: UInt32.self)
  }

  public func clear(_ place: Int) { entry(place).storeBytes(of: 0, toByteOffset: 4, as: UInt32.self) }

  /// nil: there is none, or not a whole one.
  public func deposit(_ place: Int) -> Deposit? {
    guard place >= 0, place < end else { return nil }
    let entry = entry(place)
    let owner = entry.load(fromByteOffset: 4, as: UInt32.self)
    guard owner != 0, entry.load(as: UInt32.self) == DepositTable.checksum(entry),
      let kind = Deposit.Kind(rawValue: entry.load(fromByteOffset: 8, as: UInt8.self))
    else { return nil }
    var deposit = Deposit(kind, slot: Int(owner) - 1)
    deposit.polling = entry.load(fromByteOffset: 9, as: UInt8.self) == 1 ? .left : .watched
    let start = UnsafeRawPointer(entry + 11).assumingMemoryBound(to: UInt8.self)
    deposit.name = Text(UnsafeBufferPointer(start: start, count: Int(entry.load(fromByteOffset: 10, as: UInt8.self))))
    return deposit
  }

  private func entry(_ place: Int) -> UnsafeMutableRawPointer {
    memory + DepositTable.headerSize + place * DepositTable.entrySize
  }

  private static func checksum(_ entry: UnsafeMutableRawPointer) -> UInt32 {
    Checksum.of(UnsafeRawBufferPointer(start: entry + 4, count: 7 + Int(entry.load(fromByteOffset: 10, as: UInt8.self))))
  }
}
