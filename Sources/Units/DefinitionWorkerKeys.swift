import Sys

/// The keys that say what kthread_should_stop() and kthread_queue_work() say of the kernel's workers.
extension Definition {
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
