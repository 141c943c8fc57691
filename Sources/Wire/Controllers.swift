/// The controllers of cgroup v2 that workers' limits need, cgroups(7). The numbers are part of the protocol.
public struct Controllers: OptionSet, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// MemoryMax=, MemoryHigh=.
  public static let memory = Controllers(rawValue: 1)
  /// TasksMax=.
  public static let tasks = Controllers(rawValue: 2)
  /// CPUWeight=, CPUQuota=.
  public static let processors = Controllers(rawValue: 4)
  public static let all: Controllers = [.memory, .tasks, .processors]

  /// As cgroup.controllers has them, of a set of one.
  public var name: StaticString {
    switch self {
    case .memory: "memory"
    case .tasks: "pids"
    default: "cpu"
    }
  }
}

/// Why controllers cannot be used. The numbers are part of the protocol.
public enum ControllerTrouble: UInt8, Sendable {
  case none = 0
  case noTree = 1
  case notWritable = 2
  case isRoot = 3
  case notDelegated = 4
  case occupied = 5
  case refused = 6

  /// Whether workers have no groups of their own at all.
  public var meansNoGroups: Bool {
    switch self {
    case .noTree, .notWritable, .isRoot: true
    case .none, .notDelegated, .occupied, .refused: false
    }
  }

  public var words: StaticString {
    switch self {
    case .none: "nothing is wrong"
    case .noTree: "there is no cgroup v2 to be seen here"
    case .notWritable: "the container's cgroup cannot be written"
    case .isRoot: "this is the root of all cgroups, and not a container's"
    case .notDelegated: "the container's cgroup was not given the controller"
    case .occupied: "processes from outside are in the container's cgroup"
    case .refused: "the kernel has refused it"
    }
  }
}

extension WorkerStatus {
  /// Adds what has come of its limits.
  func addLimits(to frame: inout FrameBuilder) {
    if oomKills != 0 { frame.add(Tag.oomKills, oomKills) }
    if cause == .memory { frame.add(Tag.endedForMemory, 1) }
    if !wanting.isEmpty { frame.add(Tag.wanting, UInt64(wanting.rawValue)) }
    if because != .none { frame.add(Tag.because, UInt64(because.rawValue)) }
  }

  mutating func readLimits(_ field: FrameReader.Field) throws(WireError) {
    switch field.tag {
    case Tag.oomKills: oomKills = try field.number()
    case Tag.endedForMemory: cause = try field.number() == 0 ? .unnamed : .memory
    case Tag.wanting: wanting = Controllers(rawValue: UInt8(try field.number(upTo: 255)))
    // One that a newer kthreadd knows is a refusal too.
    case Tag.because: because = ControllerTrouble(rawValue: UInt8(try field.number(upTo: 255))) ?? .refused
    default: break
    }
  }
}
