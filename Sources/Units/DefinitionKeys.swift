import Sys

extension Definition {
  /// The keys of [Service].
  mutating func setService(_ key: Text, _ value: Text) -> Outcome {
    switch true {
    case key == "ExecStart": return setCommand(value)
    case key == "Type": return setType(value)
    case key == "Restart": return setRestart(value)
    case key == "RestartSec": return Definition.set(&restartDelay, value)
    case key == "TimeoutStartSec": return Definition.set(&startTimeout, value)
    case key == "TimeoutStopSec": return Definition.set(&stopTimeout, value)
    case key == "TimeoutSec":
      _ = Definition.set(&startTimeout, value)
      return Definition.set(&stopTimeout, value)
    case key == "WatchdogSec": return Definition.set(&watchdog, value)
    case key == "KillSignal":
      guard let signal = Signal(value) else { return .bad("a signal such as QUIT") }
      stopSignal = signal
    case key == "NotifyAccess":
      guard value == "main" || value == "all" || value == "exec" else { return .bad("main or all") }
      notifiesFromAll = value == "main" ? .off : .on
    case key == "X-Essential": return Definition.set(&essential, value)
    case key == "User": user = value.isEmpty ? nil : value
    case key == "Group": group = value.isEmpty ? nil : value
    case key == "SupplementaryGroups": return Definition.add(value, to: &supplementaryGroups, .words)
    case key == "WorkingDirectory": directory = value.isEmpty ? nil : value
    case key == "Environment": return Definition.add(value, to: &environment, .variables)
    case key == "EnvironmentFile":
      if value.isEmpty { environmentFiles.removeAll() } else { environmentFiles.append(value) }
    case key == "StandardOutput": return setOutput(value)
    case key == "StandardError": return setError(value)
    case key == "StandardInput": return setInput(value)
    case key == "LogSize": return setLogSize(value)
    case key == "LogFiles": return setLogFiles(value)
    case key == "X-ShouldStopFD": return setStopNotice(value)
    case key == "NoNewPrivileges": return Definition.set(&privileges, value)
    default: return setResource(key, value)
    }
    return .set
  }

  private mutating func setResource(_ key: Text, _ value: Text) -> Outcome {
    switch true {
    case key == "Nice":
      guard let number = Values.signed(value, from: -20, to: 19) else { return .bad("a number from -20 to 19") }
      nice = number
    case key == "OOMScoreAdjust":
      guard let number = Values.signed(value, from: -1000, to: 1000) else { return .bad("a number from -1000 to 1000") }
      oomScore = number
    case key == "UMask":
      guard let mask = Values.octal(value, upTo: 0o777) else { return .bad("an octal number") }
      umask = mask
    case key == "CPUAffinity":
      if value.hasPrefix("node:"), Values.isProcessorList(value.dropFirst(5)) {
        processors = value
        break
      }
      guard let words = try? Words.split(value), words.allSatisfy({ Values.isProcessorList($0) }) else {
        return .bad("processors such as 0-3,6, or node:0")
      }
      processors = words.isEmpty ? nil : Definition.joined(words)
    case key == "AmbientCapabilities": return Definition.add(capabilities: value, to: &ambient)
    case key == "CapabilityBoundingSet": return Definition.add(capabilities: value, to: &bounding)
    case key == "MemoryMax": return Definition.set(&memoryMaximum, size: value)
    case key == "MemoryHigh": return Definition.set(&memoryHigh, size: value)
    case key == "CPUQuota": return setQuota(value)
    case key == "TasksMax": return Definition.set(&taskMaximum, size: value)
    case key == "CPUWeight":
      guard let weight = value.decimal(upTo: 10000), weight > 0 else { return .bad("a number from 1 to 10000") }
      processorWeight = UInt64(weight)
    case key.hasPrefix("Limit"):
      guard let (resource, unit) = ResourceLimit.find(key.dropFirst(5)) else { return .unknown }
      guard let (soft, hard) = ResourceLimit.read(value, unit) else { return .bad("a limit, or SOFT:HARD") }
      limits.removeAll { $0.resource == resource }
      limits.append((resource, soft, hard))
    case key.hasPrefix("X-"): break
    default: return .unknown
    }
    return .set
  }

  private mutating func setCommand(_ value: Text) -> Outcome {
    if value.isEmpty {
      arguments.removeAll()
      return .set
    }
    guard arguments.isEmpty else { return .bad("one command: the first ExecStart= is what is run") }
    guard let words = try? Words.split(value), !words.isEmpty else { return .bad("words with every quote closed") }
    guard !words[0].isEmpty else { return .bad("a program") }
    switch words[0][0] {
    case UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: "+"), UInt8(ascii: "!"), UInt8(ascii: ":"), UInt8(ascii: "|"):
      return .bad("a program without a prefix")
    default: arguments = words
    }
    return .set
  }

  private mutating func setType(_ value: Text) -> Outcome {
    switch true {
    case value == "simple", value == "exec", value == "idle": readiness = .executed
    case value == "notify", value == "notify-reload": readiness = .notify
    case value == "oneshot": readiness = .ended
    default: return .bad("simple, exec, notify or oneshot")
    }
    return .set
  }

  private mutating func setRestart(_ value: Text) -> Outcome {
    switch true {
    case value == "no": restart = .no
    case value == "on-failure", value == "on-abnormal", value == "on-abort", value == "on-watchdog": restart = .onFailure
    case value == "always": restart = .always
    default: return .bad("no, on-failure or always")
    }
    return .set
  }

  private static func set(_ span: inout Interval?, _ value: Text) -> Outcome {
    switch Values.span(value) {
    case nil: return .bad("a time such as 5s, 1min 30s or infinity")
    case .infinite: span = Interval(nanoseconds: .max)
    case .time(let time): span = time
    }
    return .set
  }

  private static func set(_ place: inout Switch, _ value: Text) -> Outcome {
    guard let isOn = Values.isOn(value) else { return .bad("yes or no") }
    place = isOn ? .on : .off
    return .set
  }

  private static func set(_ place: inout UInt64?, size value: Text) -> Outcome {
    guard let size = Values.size(value) else { return .bad("a number, with K, M or G behind it, or infinity") }
    place = size == .max ? nil : size
    return .set
  }

  /// Sets add up; `~` before them takes away; an empty value is none of them.
  private static func add(capabilities value: Text, to set: inout UInt64?) -> Outcome {
    let all: UInt64 = (1 << 41) - 1
    let takesAway = value.hasPrefix("~")
    guard let words = try? Words.split(takesAway ? value.dropFirst() : value) else { return .bad("names such as CAP_NET_RAW") }
    var named: UInt64 = 0
    for word in words {
      guard let one = Capability.set(word) else { return .bad("names such as CAP_NET_RAW") }
      named |= one
    }
    if takesAway { set = (set ?? all) & ~named } else { set = words.isEmpty ? 0 : (set ?? 0) | named }
    return .set
  }

  private static func joined(_ words: [Text]) -> Text {
    var bytes: [UInt8] = []
    for word in words {
      if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
      bytes.append(contentsOf: word.bytes)
    }
    return CString(copying: bytes).text
  }
}
