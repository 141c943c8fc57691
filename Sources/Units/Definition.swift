public import Sys

/// A worker as a unit file defines it, with systemd's names for the same things; systemd.service(5), systemd.exec(5).
public struct Definition {
  public enum Readiness: UInt8, Sendable { case executed = 0, notify = 1, ended = 3 }
  public enum Restart: UInt8, Sendable { case no, onFailure, always }
  public enum Output: UInt8, Sendable { case lines, inherited, null, json, file }

  public enum Input: UInt8, Sendable { case null, queue }
  /// What a switch says; nil where there was none.
  public enum Switch: Sendable { case on, off }

  public var arguments: [Text] = []
  public var environment: [Text] = []
  public var environmentFiles: [Text] = []
  public var directory: Text?
  public var user: Text?
  public var group: Text?
  public var supplementaryGroups: [Text] = []
  public var readiness = Readiness.executed
  /// Whether any process of the worker may speak for it; NotifyAccess=.
  public var notifiesFromAll = Switch.off
  public var restart = Restart.no
  public var restartDelay: Interval?
  public var startTimeout: Interval?
  public var stopTimeout: Interval?
  public var watchdog: Interval?
  public var stopSignal = Signal.terminate
  public var essential = Switch.off
  public var after: [Text] = []
  public var requires: [Text] = []
  public var limits: [(resource: UInt8, soft: UInt64, hard: UInt64)] = []
  public var nice: Int?
  public var oomScore: Int?
  public var umask: UInt32?
  public var processors: Text?
  public var ambient: UInt64?
  public var bounding: UInt64?
  public var privileges = Switch.off
  public var output = Output.lines
  public var input = Input.null
  /// X-ShouldStopFD=.
  public var stopNotice: Int32?
  public var memoryMaximum: UInt64?
  public var taskMaximum: UInt64?
  public var processorWeight: UInt64?
  public var memoryHigh: UInt64?
  /// Microseconds of each 100 ms.
  public var processorQuota: UInt64?
  /// Of `output` `file`.
  public var outputPath: Text?
  public var logSize: UInt64?
  public var logFiles: UInt64?

  public init() {}

  /// What is said of a line that is not obeyed. `line` counts from 1; 0 is the whole file.
  public typealias Warn = (_ line: Int, _ message: Message) -> Void

  /// Reads a whole file. It is a definition even where lines of it are not obeyed; without an ExecStart= it defines nothing.
  public init?(_ text: Text, warn: Warn) {
    self.init()
    var result = Definition()
    UnitFile(text).read(
      assign: { assignment in
        if let message = result.set(assignment.section, assignment.key, assignment.value) { warn(assignment.line, message) }
      },
      complain: { line, complaint in
        switch complaint {
        case .noSection: warn(line, "a line before the first [Section] is not obeyed")
        case .unknownSection: warn(line, "this section is unknown, its lines are not obeyed")
        case .noAssignment: warn(line, "neither 'key = value' nor a [Section]; not obeyed")
        }
      })
    guard !result.arguments.isEmpty else {
      warn(0, "no ExecStart=: it defines no worker")
      return nil
    }
    self = result
  }

  /// Sets one value, as `Key=Value` in [Service] or, for ordering, [Unit]. Returns what is wrong with it.
  public mutating func set(_ section: UnitFile.Section, _ key: Text, _ value: Text) -> Message? {
    guard value.firstIndex(of: 0) == nil else { return "bad value '\(value)' for \(key): expected text without NUL" }
    return switch section == .unit ? setUnit(key, value) : setService(key, value) {
    case .set: nil
    case .unknown: "unknown key '\(key)': not obeyed"
    case .bad(let expected): "bad value '\(value)' for \(key): expected \(expected)"
    }
  }

  enum Outcome {
    case set
    case unknown
    case bad(StaticString)
  }

  private mutating func setUnit(_ key: Text, _ value: Text) -> Outcome {
    switch true {
    case key == "After": return Definition.add(value, to: &after)
    case key == "Requires", key == "BindsTo": return Definition.add(value, to: &requires)
    // What explains, and what a container does not have.
    case key == "Description", key == "Documentation", key == "Before", key == "Wants", key.hasPrefix("X-"): return .set
    default: return .unknown
    }
  }

  /// What the words of a list are.
  enum Kind: Sendable {
    /// Names of units: ".service" behind one says nothing.
    case units
    case words
    /// NAME=value.
    case variables
  }

  /// Appends words; an empty value takes those before away, as everywhere in unit files.
  static func add(_ value: Text, to list: inout [Text], _ kind: Kind = .units) -> Outcome {
    if value.isEmpty {
      list.removeAll()
      return .set
    }
    guard let words = try? Words.split(value) else { return .bad("words with every quote closed") }
    if kind == .variables {
      for word in words where word.firstIndex(of: UInt8(ascii: "=")) ?? 0 == 0 { return .bad("NAME=value") }
    }
    for word in words { list.append(kind == .units ? word.withoutSuffix : word) }
    return .set
  }
}

extension Text {
  /// A unit's name without ".service": the name of its worker.
  fileprivate var withoutSuffix: Text {
    let suffix = Text(".service")
    guard count > suffix.count, dropFirst(count - suffix.count) == suffix else { return self }
    return dropLast(suffix.count)
  }
}
