public import Sys
public import Wire

/// What the table holds of a worker: enough for a new kthreadd to go on where the last one was cut off.
public struct WorkerRecord: Equatable, Sendable {
  /// How far the start of its process has come.
  public enum Commitment: UInt8, Sendable {
    /// There is no process.
    case none = 0
    /// One is about to be started: it may be there, and its number is not known.
    case intent = 1
    /// `process` and `started` are it.
    case committed = 2
    /// Its end is known, and is in `ending`.
    case over = 3
  }

  public var commitment = Commitment.none
  public var state = WorkerState.ended
  public var target = Worker.Target.ended
  public var standing = Worker.Standing.new
  public var parkedFrom = WorkerState.running
  /// Counts its processes.
  public var generation: UInt32 = 0
  public var process: Int32 = 0
  /// Field 22 of /proc/PID/stat: with it a number that was given to another process is told from this one.
  public var started: UInt64 = 0
  public var failures: UInt32 = 0
  public var restarts: UInt32 = 0
  public var since = Instant(nanoseconds: 0)
  public var begun: Instant?
  public var deadline: Instant?
  public var ending = Ending.none
  public var reason: Ending?
  /// The id of the request that made it.
  public var request: UInt64 = 0
  public var rung = Worker.Rung.signal
  /// How long the job is that was put before it last.
  public var handed: UInt16 = 0
  /// Where its definition lies, in bytes behind the table.
  public var definition: UInt32 = 0
  public var definitionLength: UInt32 = 0
  public var dropped: UInt64 = 0
  public var oomKills: UInt32 = 0
  public var oomSeen: UInt32 = 0
  public var marks: WorkerMarks = []
  public var wanting: Controllers = []

  public init() {}
}

extension WorkerRecord {
  /// One copy; the table has two of each, written in turn.
  static let size = 128

  /// Writes all but the sequence and the checksum, which begin it.
  func write(to memory: UnsafeMutableRawPointer) {
    func put<Value: FixedWidthInteger>(_ value: Value, _ offset: Int) {
      memory.storeBytes(of: value, toByteOffset: offset, as: Value.self)
    }
    put(commitment.rawValue, 8)
    put(state.rawValue, 9)
    put(target.rawValue, 10)
    put(standing.rawValue, 11)
    put(parkedFrom.rawValue, 12)
    put(rung.rawValue, 13)
    put(handed, 14)
    put(generation, 16)
    put(process, 20)
    put(started, 24)
    put(failures, 32)
    put(restarts, 36)
    put(since.nanoseconds, 40)
    put(begun?.nanoseconds ?? -1, 48)
    put(deadline?.nanoseconds ?? -1, 56)
    put(WorkerRecord.code(ending), 64)
    put(WorkerRecord.code(reason ?? .none), 72)
    put(request, 80)
    put(definition, 88)
    put(definitionLength, 92)
    put(dropped, 104)
    put(oomKills, 112)
    put(oomSeen, 116)
    put(marks.rawValue, 120)
    put(wanting.rawValue, 121)
  }

  init(reading memory: UnsafeRawPointer) {
    func get<Value: FixedWidthInteger>(_ offset: Int, as: Value.Type) -> Value {
      memory.load(fromByteOffset: offset, as: Value.self)
    }
    func instant(_ offset: Int) -> Instant? {
      let value = get(offset, as: Int64.self)
      return value < 0 ? nil : Instant(nanoseconds: value)
    }
    self.init()
    commitment = Commitment(rawValue: get(8, as: UInt8.self)) ?? .none
    state = WorkerState(rawValue: get(9, as: UInt8.self)) ?? .ended
    target = Worker.Target(rawValue: get(10, as: UInt8.self)) ?? .ended
    standing = Worker.Standing(rawValue: get(11, as: UInt8.self)) ?? .new
    parkedFrom = WorkerState(rawValue: get(12, as: UInt8.self)) ?? .running
    rung = Worker.Rung(rawValue: get(13, as: UInt8.self)) ?? .signal
    handed = get(14, as: UInt16.self)
    generation = get(16, as: UInt32.self)
    process = get(20, as: Int32.self)
    started = get(24, as: UInt64.self)
    failures = get(32, as: UInt32.self)
    restarts = get(36, as: UInt32.self)
    since = Instant(nanoseconds: get(40, as: Int64.self))
    begun = instant(48)
    deadline = instant(56)
    ending = WorkerRecord.ending(get(64, as: UInt64.self))
    let reason = WorkerRecord.ending(get(72, as: UInt64.self))
    self.reason = reason == .none ? nil : reason
    request = get(80, as: UInt64.self)
    definition = get(88, as: UInt32.self)
    definitionLength = get(92, as: UInt32.self)
    dropped = get(104, as: UInt64.self)
    oomKills = get(112, as: UInt32.self)
    oomSeen = get(116, as: UInt32.self)
    marks = WorkerMarks(rawValue: get(120, as: UInt8.self))
    wanting = Controllers(rawValue: get(121, as: UInt8.self))
  }

  private static func code(_ ending: Ending) -> UInt64 {
    switch ending {
    case .none: 0
    case .exited(let code): 1 | UInt64(code) << 8
    case .signaled(let signal): 2 | UInt64(signal) << 8
    case .failed(let stage, let error): 3 | UInt64(stage.rawValue) << 8 | UInt64(UInt32(bitPattern: error.rawValue)) << 32
    case .unknown: 4
    }
  }

  private static func ending(_ code: UInt64) -> Ending {
    let low = UInt8(truncatingIfNeeded: code >> 8)
    switch code & 0xFF {
    case 1: return .exited(low)
    case 2: return .signaled(low)
    case 3: return .failed(Stage(rawValue: low) ?? .none, Errno(Int32(bitPattern: UInt32(code >> 32))))
    case 4: return .unknown
    default: return .none
    }
  }
}
