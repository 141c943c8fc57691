import Boot

extension Log {
  /// What a step of a system's start or end has to tell.
  func tell(_ line: SystemLine) {
    switch line {
    case .failure(let message): warning(message)
    case .note(let message): info(message)
    }
  }
}
