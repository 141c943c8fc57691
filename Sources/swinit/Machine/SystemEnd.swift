import Boot
import Sys

/// The end of a system: processes, swap, file systems, and reboot(2). kernel_restart() and its kind begin where this ends.
struct SystemEnd {
  private let start: Bootstrap
  var signals: SystemSignals
  private(set) var request: SystemRequest

  init(_ start: Bootstrap, _ signals: SystemSignals, _ request: SystemRequest) {
    self.start = start
    self.signals = signals
    self.request = request
  }

  private var log: Log { start.log }

  /// Returns only where this process's end is the end of everything: in a container that may not call reboot(2).
  mutating func run(_ consoles: [ConsoleEntry], _ keeper: Keeper?) -> Int32 {
    take(request)
    if request.manner == .immediate { return leave() }
    say()
    for console in consoles { console.hangUp() }
    if Kthreadd.isBuiltIn, let keeper { endWorkers(keeper) }
    if request.manner == .immediate { return leave() }
    endProcesses()
    if request.manner != .immediate { closeFileSystems() }
    return leave()
  }

  mutating func take(_ request: SystemRequest) {
    self.request = request
    StateFile.publish(request.state)
    Resume.note(request)
  }

  @inline(never)
  private func say() { log.fatal("\(request.end.phrase) the system") }

  private mutating func endProcesses() {
    var policy = Lifecycle.Policy()
    policy.grace = request.manner == .forced ? .zero : start.parameters.grace
    var shutdown = Shutdown(
      Lifecycle(policy), Reaper(log), Rest(.pidOne, group: nil), log, .system(signals, latest: request))
    var nothing: Report?
    shutdown.run(noting: &nothing)
    guard case .system(let signals, let latest) = shutdown.listener else { return }
    self.signals = signals
    if latest != request { take(latest) }
  }

  /// Nothing of this may hold the end up for good: what cannot be unmounted is named, and made read-only where it can be. A container's
  /// disks are its host's.
  private mutating func closeFileSystems() {
    if case .container = start.place { return }
    var disks = FileSystemsEnd(log, signals, request)
    disks.run()
    if disks.request != request { take(disks.request) }
  }

  /// reboot(2). In a pid namespace the kernel ends PID 1 by a signal that says which it was; where that is not allowed, its exit must do.
  private func leave() -> Int32 {
    if case .container = start.place {} else if request.manner != .immediate { LastWords.drain() }
    let error = Machine.endNow(request.end.call)
    if request.end == .kexec, error != Errno(0) {
      log.warning("no kernel to execute (\(error)): restarting")
      _ = Machine.endNow(.restart)
    }
    if case .container = start.place { return 0 }
    log.fatal("reboot(2) failed: \(error)")
    Machine.leaveControlAltDelete()
    while true { _ = SignalQueue.next(of: SignalState.queued, until: nil) }
  }
}

extension SystemRequest.End {
  var call: Machine.End {
    switch self {
    case .halt: .halt
    case .powerOff: .powerOff
    case .restart: .restart
    case .kexec: .kexec
    }
  }

  fileprivate var phrase: StaticString {
    switch self {
    case .halt: "halting"
    case .powerOff: "powering off"
    case .restart, .kexec: "restarting"
    }
  }
}
