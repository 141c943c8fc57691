public import Sys

/// What a worker is: its program, who it runs as, and how it is looked after. Texts point into the frame or the file they were read from.
public struct Specification {
  public enum Readiness: UInt8, Sendable {
    /// It is ready when its program was executed.
    case executed = 0
    /// It says READY=1 on the socket that NOTIFY_SOCKET names, sd_notify(3).
    case notify = 1
    /// It is ready when it has ended with 0: work that others wait for. (2 is kept for a descriptor as s6 has it.)
    case ended = 3
  }

  public enum Restart: UInt8, Sendable {
    case no, onFailure, always
  }

  public enum Essential: UInt8, Sendable {
    case no
    /// When it has ended for good, the container ends with its code.
    case yes
  }

  public enum Output: UInt8, Sendable {
    /// To swinit's standard output, each line behind `name | `.
    case lines
    /// To swinit's own streams, untouched.
    case inherited
    case null
    /// To swinit's standard output, each line as a JSON object.
    case json
    /// To the file that `outputPath` names.
    case file
  }

  public enum Input: UInt8, Sendable {
    /// /dev/null.
    case null
    /// The jobs that are queued for it, a line each.
    case queue
  }

  public enum Privileges: UInt8, Sendable {
    case asProgramsHave
    /// PR_SET_NO_NEW_PRIVS.
    case noNew
  }

  /// Whose messages on the notify socket count.
  public enum NotifyAccess: UInt8, Sendable {
    case main, all
  }

  /// A resource limit, setrlimit(2).
  public struct Limit: Equatable, Sendable {
    public let resource: UInt8
    public let soft: UInt64
    public let hard: UInt64

    public init(resource: UInt8, soft: UInt64, hard: UInt64) {
      self.resource = resource
      self.soft = soft
      self.hard = hard
    }
  }

  /// At most this many bytes; /proc shows the first fifteen.
  public static let nameLimit = 48
  /// The highest number that `stopNotice` may be: what RLIMIT_NOFILE allows most processes.
  public static let lastNotice = 1023

  public var name = Text("")
  public var arguments: [Text] = []
  /// NAME=value, on top of swinit's own.
  public var environment: [Text] = []
  public var environmentFiles: [Text] = []
  public var directory: Text?
  /// A name or a number of /etc/passwd; nil: swinit's own.
  public var user: Text?
  public var group: Text?
  public var supplementaryGroups: [Text] = []

  public var readiness = Readiness.executed
  public var notifyAccess = NotifyAccess.main
  public var restart = Restart.no
  /// The first delay of the back-off; nil: the standard one.
  public var restartDelay: Interval?
  public var startTimeout: Interval?
  public var stopTimeout: Interval?
  public var watchdog: Interval?
  public var stopSignal = Signal.terminate
  public var essential = Essential.no
  public var after: [Text] = []
  public var requires: [Text] = []

  public var limits: [Limit] = []
  public var nice: Int?
  public var oomScore: Int?
  public var umask: UInt32?
  /// A list as cpuset(7) has it, `0-3,6`; or `node:` and such a list of NUMA nodes.
  public var processors: Text?
  public var ambient: UInt64?
  public var bounding: UInt64?
  public var inheritable: UInt64?
  public var privileges = Privileges.asProgramsHave
  public var output = Output.lines
  public var input = Input.null
  /// The descriptor that ends when the worker is asked to stop; nil: it is not told before the signal.
  public var stopNotice: Int32?
  public var memoryMaximum: UInt64?
  public var taskMaximum: UInt64?
  public var processorWeight: UInt64?
  /// memory.high, in bytes.
  public var memoryHigh: UInt64?
  /// cpu.max: microseconds of each 100 ms.
  public var processorQuota: UInt64?
  public var outputPath: Text?
  /// A log file that would become longer than so many bytes is renamed, and a new one begun; nil: never.
  public var logSize: UInt64?
  /// How many renamed ones stay; nil: `standardLogFiles`.
  public var logFiles: UInt64?
  public static let standardLogFiles = 4

  public init() {}
}

extension Specification {
  /// Why this names no worker; nil when it does.
  public var refusal: WireError? {
    if name.isEmpty { return .missing(Tag.name) }
    if arguments.isEmpty || arguments[0].isEmpty { return .missing(Tag.argument) }
    if output == .file, outputPath == nil { return .missing(Tag.outputPath) }
    return Specification.isName(name) ? nil : .field(Tag.name)
  }

  /// Whether a worker can be called so: letters, digits and `-_.:@/`, no '/' at an end, and no word of a path that climbs.
  public static func isName(_ name: Text) -> Bool {
    guard !name.isEmpty, name.count <= nameLimit, name[0] != UInt8(ascii: "-"), name[0] != UInt8(ascii: "."),
      name[0] != UInt8(ascii: "/"), name[name.count - 1] != UInt8(ascii: "/")
    else { return false }
    return name.bytes.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "/"):
        true
      default: false
      }
    }
  }
}
