public import Sys

/// The keys that say what kthread_bind(), kthread_should_stop() and kthread_queue_work() say of the kernel's workers.
extension Definition {
  /// The processors that it is bound to: a list, or `node:` and a list of NUMA nodes, which are looked up when it begins.
  public var binding: Text? {
    guard let processors, processors == "numa" else { return processors }
    return nodes.map { CString(copying: Text("node:"), $0).text }
  }

  mutating func setProcessors(_ value: Text) -> Outcome {
    let (isNodes, list) = value.hasPrefix("node:") ? (true, value.dropFirst(5)) : (false, value)
    if value == "numa" || isNodes && ProcessorSet(list) != nil {
      processors = value
      return .set
    }
    guard let words = try? Words.split(value), words.allSatisfy({ Values.isProcessorList($0) }) else {
      return .bad("processors such as 0-3,6, or node:0, or numa")
    }
    processors = words.isEmpty ? nil : Definition.joined(words)
    return .set
  }

  mutating func setNodes(_ value: Text) -> Outcome {
    guard value.isEmpty || ProcessorSet(value) != nil else { return .bad("NUMA nodes such as 0-1") }
    nodes = value.isEmpty ? nil : value
    return .set
  }

  mutating func setInput(_ value: Text) -> Outcome {
    switch true {
    case value == "null", value.isEmpty: input = .null
    case value == "queue": input = .queue
    default: return .bad("null or queue")
    }
    return .set
  }

  mutating func setStopNotice(_ value: Text) -> Outcome {
    guard !value.isEmpty else {
      stopNotice = nil
      return .set
    }
    guard let number = value.decimal(upTo: 1023), number >= 3 else { return .bad("the number of a descriptor, 3 to 1023") }
    stopNotice = Int32(number)
    return .set
  }
}
