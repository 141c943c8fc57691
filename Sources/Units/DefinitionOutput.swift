import Sys

/// Where a worker's output goes, and what of the processors it may have.
extension Definition {
  mutating func setOutput(_ value: Text) -> Outcome {
    guard let (output, path) = Definition.output(value) else {
      return .bad("lines, json, inherit, null, append:/PATH or file:/PATH")
    }
    self.output = output
    outputPath = path
    return .set
  }

  /// Both streams are one: `inherit` says so, and so does the same as StandardOutput=.
  mutating func setError(_ value: Text) -> Outcome {
    if value == "inherit" { return .set }
    guard let (output, path) = Definition.output(value), output == self.output, path.map({ $0 == outputPath ?? Text("") }) ?? true
    else { return .bad("inherit: standard error goes where StandardOutput= says") }
    return .set
  }

  /// The longest path of a file: there is room behind it for what a renamed one is called.
  static let pathLimit = 4000

  private static func output(_ value: Text) -> (output: Output, path: Text?)? {
    switch true {
    case value == "lines", value == "journal", value == "kmsg", value == "journal+console", value == "kmsg+console":
      return (.lines, nil)
    case value == "json": return (.json, nil)
    case value == "inherit", value == "tty": return (.inherited, nil)
    case value == "null": return (.null, nil)
    case value.hasPrefix("append:/"), value.hasPrefix("file:/"):
      guard let (_, path) = value.cut(at: UInt8(ascii: ":")), path.count <= pathLimit, path[path.count - 1] != UInt8(ascii: "/")
      else { return nil }
      return (.file, path)
    default: return nil
    }
  }

  /// At least what two of the longest lines take.
  mutating func setLogSize(_ value: Text) -> Outcome {
    guard let size = Values.size(value), size >= 8192 else { return .bad("a size from 8K, such as 10M, or infinity") }
    logSize = size == .max ? nil : size
    return .set
  }

  mutating func setLogFiles(_ value: Text) -> Outcome {
    guard let count = value.decimal(upTo: 100) else { return .bad("a number from 0 to 100") }
    logFiles = UInt64(count)
    return .set
  }

  /// A part of one processor, or more than one: `150%`.
  mutating func setQuota(_ value: Text) -> Outcome {
    if value.isEmpty {
      processorQuota = nil
      return .set
    }
    guard value[value.count - 1] == UInt8(ascii: "%"), let percent = value.dropLast().decimal(upTo: 1_000_000), percent > 0 else {
      return .bad("a percentage such as 50%, or 200% for two processors")
    }
    processorQuota = UInt64(percent) * 1000
    return .set
  }
}
