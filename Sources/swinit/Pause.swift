import Sys

/// Holds the namespaces of a pod open, and reaps for it, until it is asked to end.
enum Pause {
  static func run() -> Int32 {
    if ProcessID.current != .initProcess { try? Host.becomeSubreaper() }
    try? Host.changeDirectory(to: CString("/"))
    FileDescriptor.closeInherited()
    var reaper = Reaper(Log())
    while true {
      if case .more = reaper.reap() { continue }
      guard let arrival = SignalQueue.next(of: SignalState.queued, until: nil) else { continue }
      if arrival.signal == .terminate || arrival.signal == .interrupt { return 0 }
    }
  }
}
