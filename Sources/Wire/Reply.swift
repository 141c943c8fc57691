public import Sys

/// Where the set-up of a worker stopped. The order is the order of the steps; the numbers are part of the protocol.
public enum Stage: UInt8, CaseIterable, Sendable {
  case none = 0
  case fork = 1
  case definition = 2
  case cgroup = 3
  case limits = 4
  case priority = 5
  case oomScore = 6
  case processors = 7
  case output = 8
  case environment = 9
  case user = 10
  case groups = 11
  case capabilities = 12
  case directory = 13
  case execute = 14
  /// It had its time and was not ready.
  case ready = 15

  /// Fits behind "cannot ".
  public var words: StaticString {
    switch self {
    case .none: "go on"
    case .fork: "fork"
    case .definition: "read its definition"
    case .cgroup: "join its cgroup"
    case .limits: "set its limits"
    case .priority: "set its priority"
    case .oomScore: "set its OOM score"
    case .processors: "bind it to its processors"
    case .output: "open its streams"
    case .environment: "read its environment file"
    case .user: "become its user"
    case .groups: "take its groups"
    case .capabilities: "set its capabilities"
    case .directory: "change to its directory"
    case .execute: "execute its program"
    case .ready: "become ready in time"
    }
  }

  /// What an errno means there: a user database has none of its own.
  @inline(never)
  public func reason(_ error: Errno) -> Message {
    if case .user = self, error == .noProcess { return "there is no such user or group" }
    return "\(error)"
  }
}

/// How a worker is, as others see it. The numbers are part of the protocol.
public enum WorkerState: UInt8, CaseIterable, Sendable {
  case ended = 0
  /// It waits for others that it comes after.
  case waiting = 1
  case creating = 2
  /// It exists, and waits to be woken.
  case created = 3
  case starting = 4
  case running = 5
  case parked = 6
  case stopping = 7
  case killing = 8
  /// It has failed, and will be started again.
  case backoff = 9
  /// kthreadd has died over it, and leaves it as it is.
  case quarantined = 16

  public var word: StaticString {
    switch self {
    case .ended: "ended"
    case .waiting: "waiting"
    case .creating: "creating"
    case .created: "created"
    case .starting: "starting"
    case .running: "running"
    case .parked: "parked"
    case .stopping: "stopping"
    case .killing: "killing"
    case .backoff: "backoff"
    case .quarantined: "quarantined"
    }
  }
}

/// How a worker's last life ended.
public enum Ending: Equatable, Sendable {
  /// It has not ended yet.
  case none
  case exited(UInt8)
  case signaled(UInt8)
  /// Its program was never executed: the set-up failed, or it was stopped first (EINTR).
  case failed(Stage, Errno)
  /// Nobody can say: the process is gone, and its status with it.
  case unknown

  /// As shells tell it; 125 for what never ran, as docker has it.
  public var code: Int32 {
    switch self {
    case .none: 0
    case .exited(let code): Int32(code)
    case .signaled(let signal): 128 + Int32(signal)
    case .failed(.execute, let error): error == .noEntry ? 127 : 126
    case .failed, .unknown: 125
    }
  }
}

/// What is told of one worker.
public struct WorkerStatus {
  public var name = Text("")
  public var state = WorkerState.ended
  /// nil: there is no process.
  public var process: ProcessID?
  public var restarts: UInt64 = 0
  /// When it came to this state, on CLOCK_BOOTTIME.
  public var since = Instant(nanoseconds: 0)
  public var ending = Ending.none
  /// What it said of itself, STATUS= of sd_notify(3).
  public var text = Text("")
  /// Lines of its output that nobody took.
  public var dropped: UInt64 = 0
  /// How it is held together: `cgroup` or `process group`.
  public var control = Text("")
  /// How many of its processes the kernel has killed for lack of memory.
  public var oomKills: UInt64 = 0
  public var cause = Cause.unnamed
  /// The controllers that its limits need and do not have.
  public var wanting: Controllers = []
  public var because = ControllerTrouble.none

  /// What was behind its last end, beyond what wait(2) tells.
  public enum Cause: Sendable { case unnamed, memory }
  /// What it is bound to; empty: to nothing of its own.
  public var binding = Text("")

  public init() {}
}

/// The kinds of frames that kthreadd sends.
public enum ReplyKind: UInt8, Sendable {
  /// A request was done, or why not.
  case done = 0x80
  /// One worker; more may follow, `done` comes at the end.
  case worker = 0x81
  /// A piece of a worker's output.
  case output = 0x82
  case event = 0x83
}

/// A frame from kthreadd.
public struct Reply {
  public var kind = ReplyKind.done
  /// The request's.
  public var id: UInt64 = 0
  /// 0: it was done.
  public var error = Errno(0)
  public var stage = Stage.none
  public var worker = WorkerStatus()
  /// `upgrade`: where it stopped.
  public var step = UpgradeStep.none
  /// `list`: where the next page begins; 0: there is none.
  public var next: UInt64 = 0
  /// `usage`: what the worker has used.
  public var usage = WorkerUsage()
  /// Events.
  public var fate = Fate.goesOn

  public init(_ kind: ReplyKind, id: UInt64) {
    self.kind = kind
    self.id = id
  }

  public func frame() -> FrameBuilder {
    var frame = FrameBuilder(kind: kind.rawValue, id: id)
    if error != Errno(0) { frame.add(Tag.error, UInt64(error.rawValue)) }
    if stage != .none { frame.add(Tag.stage, UInt64(stage.rawValue)) }
    if step != .none { frame.add(Tag.step, UInt64(step.rawValue)) }
    if next != 0 { frame.add(Tag.next, next) }
    worker.addLimits(to: &frame)
    guard !worker.name.isEmpty else { return frame }
    frame.add(Tag.name, worker.name)
    frame.add(Tag.state, UInt64(worker.state.rawValue))
    if let process = worker.process { frame.add(Tag.process, UInt64(process.rawValue)) }
    if worker.restarts != 0 { frame.add(Tag.restarts, worker.restarts) }
    frame.add(Tag.since, UInt64(clamping: worker.since.nanoseconds))
    Reply.add(worker.ending, &frame)
    if !worker.text.isEmpty { frame.add(Tag.text, worker.text) }
    if worker.dropped != 0 { frame.add(Tag.dropped, worker.dropped) }
    if !worker.control.isEmpty { frame.add(Tag.control, worker.control) }
    if !worker.binding.isEmpty { frame.add(Tag.binding, worker.binding) }
    usage.add(to: &frame)
    if fate != .goesOn { frame.add(Tag.fate, UInt64(fate.rawValue)) }
    return frame
  }

  private static func add(_ ending: Ending, _ frame: inout FrameBuilder) {
    switch ending {
    case .none: return
    case .exited(let code):
      frame.add(Tag.ending, 1)
      frame.add(Tag.code, UInt64(code))
    case .signaled(let signal):
      frame.add(Tag.ending, 2)
      frame.add(Tag.code, UInt64(signal))
    case .failed(let stage, let error):
      frame.add(Tag.ending, 3)
      frame.add(Tag.stage, UInt64(stage.rawValue))
      frame.add(Tag.code, UInt64(error.rawValue))
    case .unknown: frame.add(Tag.ending, 4)
    }
  }

  public init(_ frame: FrameReader) throws(WireError) {
    guard let kind = ReplyKind(rawValue: frame.kind) else { throw .kind(frame.kind) }
    var result = Reply(kind, id: frame.id)
    var ending: UInt64 = 0
    var code: UInt64 = 0
    var place = Stage.none
    try frame.forEach { (field) throws(WireError) in
      switch field.tag {
      // Behind `ending` it is where the worker's last life stopped, before it where the request did.
      case Tag.stage where ending == 3: place = try Reply.stage(field)
      case Tag.ending: ending = try field.number(upTo: 4)
      case Tag.code: code = try field.number(upTo: 0xFFFF)
      default: try result.read(field)
      }
    }
    switch ending {
    case 1: result.worker.ending = .exited(UInt8(truncatingIfNeeded: code))
    case 2: result.worker.ending = .signaled(UInt8(truncatingIfNeeded: code))
    case 3: result.worker.ending = .failed(place, Errno(Int32(code)))
    case 4: result.worker.ending = .unknown
    default: break
    }
    self = result
  }

  private static func stage(_ field: FrameReader.Field) throws(WireError) -> Stage {
    guard let stage = Stage(rawValue: UInt8(try field.number(upTo: 255))) else { throw .field(field.tag) }
    return stage
  }

  private mutating func read(_ field: FrameReader.Field) throws(WireError) {
    switch field.tag {
    case Tag.error: error = Errno(Int32(try field.number(upTo: 4095)))
    case Tag.stage: stage = try Reply.stage(field)
    case Tag.step: step = UpgradeStep(rawValue: UInt8(try field.number(upTo: 255))) ?? .none
    case Tag.next: next = try field.number()
    case Tag.name: worker.name = field.value
    case Tag.state:
      guard let state = WorkerState(rawValue: UInt8(try field.number(upTo: 255))) else { throw .field(field.tag) }
      worker.state = state
    case Tag.process: worker.process = ProcessID(Int32(try field.number(upTo: UInt64(Int32.max))))
    case Tag.restarts: worker.restarts = try field.number()
    case Tag.since: worker.since = Instant(nanoseconds: Int64(try field.number(upTo: UInt64(Int64.max))))
    case Tag.text: worker.text = field.value
    case Tag.dropped: worker.dropped = try field.number()
    case Tag.control: worker.control = field.value
    case Tag.binding: worker.binding = field.value
    case Tag.fate:
      guard let fate = Fate(rawValue: UInt8(try field.number(upTo: 255))) else { throw .field(field.tag) }
      self.fate = fate
    default:
      try usage.read(field)
      try worker.readLimits(field)
    }
  }
}
