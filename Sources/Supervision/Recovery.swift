import Sys

/// What the header of the table tells the next kthreadd of this one: what it was about, and whether it died of that. Single words, each
/// written at once; the header has room for them from 256 on.
extension WorkerTable {
  /// TERM of PID 1 was heard.
  public var isEnding: Bool {
    get { memory.load(fromByteOffset: 256, as: UInt32.self) != 0 }
    nonmutating set { memory.storeBytes(of: newValue ? 1 : 0, toByteOffset: 256, as: UInt32.self) }
  }

  /// Where it is noted that kthreadd has ended by a fault of its own: by itself when it traps, by PID 1 when it was ended by another
  /// signal than somebody's KILL, or did not answer. A KILL from elsewhere says nothing about what was handled.
  public static let faultOffset = 260

  var hasFaulted: Bool {
    get { memory.load(fromByteOffset: WorkerTable.faultOffset, as: UInt32.self) != 0 }
    nonmutating set { memory.storeBytes(of: newValue ? 1 : 0, toByteOffset: WorkerTable.faultOffset, as: UInt32.self) }
  }

  /// What is being handled just now.
  var handling: Subject {
    get { Subject(rawValue: memory.load(fromByteOffset: 264, as: UInt64.self)) }
    nonmutating set { memory.storeBytes(of: newValue.rawValue, toByteOffset: 264, as: UInt64.self) }
  }

  /// What was handled at the last fault, and how many in a row it was.
  private var suspect: Subject {
    get { Subject(rawValue: memory.load(fromByteOffset: 272, as: UInt64.self)) }
    nonmutating set { memory.storeBytes(of: newValue.rawValue, toByteOffset: 272, as: UInt64.self) }
  }
  private var deaths: UInt32 {
    get { memory.load(fromByteOffset: 280, as: UInt32.self) }
    nonmutating set { memory.storeBytes(of: newValue, toByteOffset: 280, as: UInt32.self) }
  }

  /// So many deaths over the same, and it is not touched again.
  static let deathLimit: UInt32 = 2

  /// What the kthreadd before this one died of, if that is not to be touched again; nil: nothing, or not often enough.
  func takeCulprit() -> Subject? {
    let subject = handling
    let hasFaulted = hasFaulted
    handling = .nothing
    self.hasFaulted = false
    guard hasFaulted, subject != .nothing else { return nil }
    deaths = subject == suspect ? deaths &+ 1 : 1
    suspect = subject
    guard deaths >= WorkerTable.deathLimit else { return nil }
    suspect = .nothing
    return subject
  }

  // MARK: faults that are survived in place

  private static let faultSpan = Interval.seconds(60)
  private static let faultLimit: UInt32 = 3

  /// Notes a fault. False: there were so many within a minute that another process is the better try.
  func noteFault() -> Bool {
    hasFaulted = true
    let now = Instant.now
    let since = Instant(nanoseconds: memory.load(fromByteOffset: 288, as: Int64.self))
    var count = memory.load(fromByteOffset: 284, as: UInt32.self)
    if since + WorkerTable.faultSpan < now {
      count = 0
      memory.storeBytes(of: now.nanoseconds, toByteOffset: 288, as: Int64.self)
    }
    count &+= 1
    memory.storeBytes(of: count, toByteOffset: 284, as: UInt32.self)
    return count <= WorkerTable.faultLimit
  }

  // MARK: what is refused

  private static let refusals = 320
  private static let refusalLimit = 16

  /// Requests and definitions that are not touched again; the oldest makes room.
  func refuse(_ subject: Subject) {
    let count = memory.load(fromByteOffset: 312, as: UInt32.self)
    let place = WorkerTable.refusals + Int(count) % WorkerTable.refusalLimit * 8
    memory.storeBytes(of: subject.rawValue, toByteOffset: place, as: UInt64.self)
    memory.storeBytes(of: count &+ 1, toByteOffset: 312, as: UInt32.self)
  }

  func refuses(_ subject: Subject) -> Bool {
    for place in 0..<WorkerTable.refusalLimit {
      if memory.load(fromByteOffset: WorkerTable.refusals + place * 8, as: UInt64.self) == subject.rawValue { return true }
    }
    return false
  }
}

/// What kthreadd is about: one worker, one definition's file, one request; by a number that is the same for the next kthreadd.
struct Subject: Equatable, Sendable {
  let rawValue: UInt64

  static let nothing = Subject(rawValue: 0)
  /// A worker's slot, and the hash of its name.
  static func worker(_ slot: Int, _ name: UInt32) -> Subject { Subject(rawValue: 1 << 56 | UInt64(slot) << 32 | UInt64(name)) }
  static func definition(_ name: UInt32) -> Subject { Subject(rawValue: 2 << 56 | UInt64(name)) }
  /// By its bytes.
  static func request(_ frame: UInt32, _ id: UInt64) -> Subject {
    Subject(rawValue: 3 << 56 | (id & 0xFF_FFFF) << 32 | UInt64(frame))
  }

  /// The slot of a worker; nil: it is something else.
  var slot: Int? { rawValue >> 56 == 1 ? Int(rawValue >> 32 & 0xFF_FFFF) : nil }
  var name: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
}
