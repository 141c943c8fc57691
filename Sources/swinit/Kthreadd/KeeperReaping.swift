import Sys

extension Keeper {
  /// The next child that has ended. Where it is a worker, one of a kthreadd that is no more, what shares its process group goes with it:
  /// before it is reaped, while its number cannot mean another. kthreadd does the same for its own children.
  func next() -> Reaped {
    guard holdsWorkers else { return Reaped.next() }
    if case .ended(let child) = Children.peek() {
      if holds(child.process) { try? child.process.sendToGroup(.kill) }
      Children.reap(child.process)
      return .process(child.process, child.status)
    }
    let next = Reaped.next()
    // It has ended between the two calls: too short a time for its number to be given away.
    if case .process(let process, let status) = next, holds(process) {
      if case .stopped = status { return next }
      try? process.sendToGroup(.kill)
    }
    return next
  }
}
