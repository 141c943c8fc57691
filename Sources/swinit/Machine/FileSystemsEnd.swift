import Boot
import Sys

/// The end of a machine's disks, when no process is left: what is to be found at the next start is saved, swap is turned off, everything is
/// unmounted, and what is left in memory is written.
///
/// A disk that answers no more, a server that has gone and a file system that is frozen hold such calls up for ever. So each step is a
/// process of its own, which PID 1 waits for only while something goes on.
struct FileSystemsEnd {
  enum Step: CaseIterable {
    case state, swap, mounts, sync

    var phrase: StaticString {
      switch self {
      case .state: "saving the random seed and the time"
      case .swap: "turning swap off"
      case .mounts: "unmounting"
      case .sync: "writing to the disks"
      }
    }

    /// May block, and may be killed: swapoff(2) is what a kernel without memory kills first.
    fileprivate func perform(_ log: Log) {
      let report: (SystemLine) -> Void = { log.tell($0) }
      switch self {
      case .state:
        _ = RandomSeed.save(report)
        _ = SystemClock.leaveStamp(report)
      case .swap:
        // What a /tmp in memory holds is swapped out, and would all have to come back.
        ShutdownMounts.unmountIdle()
        _ = ShutdownStorage.turnSwapOff(report)
      case .mounts:
        _ = ShutdownMounts.end(report)
        ShutdownStorage.nameWhatIsLeft(report)
      case .sync: Machine.synchronize()
      }
    }
  }

  /// How often is looked, and told, whether anything goes on.
  private static let look = Interval.seconds(5)
  /// So long nothing may have gone on. One measure for all steps: behind one that was given up the next has to be quick.
  private static let patience = Interval.seconds(30)

  enum Scope {
    case all
    /// A machine that exists for one command has nothing to keep.
    case disksAlone
  }

  private let scope: Scope
  private let log: Log
  private var signals: SystemSignals
  /// What was asked for last.
  private(set) var request: SystemRequest
  private var backlog: Int?
  private var lastProgress = Instant.now

  init(_ log: Log, _ signals: SystemSignals, _ request: SystemRequest, _ scope: Scope = .all) {
    self.scope = scope
    self.log = log
    self.signals = signals
    self.request = request
    backlog = Backlog.kibibytes
  }

  /// Returns when all is done, given up, or not to be waited for.
  mutating func run() {
    for step in Step.allCases where request.manner != .immediate && !(scope == .disksAlone && step == .state) { run(step) }
  }

  private mutating func run(_ step: Step) {
    switch try? Fork.make() {
    case .child:
      Resume.disarm()
      step.perform(log)
      Fork.leave(0)
    case .parent(let process): wait(for: process, step)
    // There is no memory for another process: then this one has to.
    case nil: step.perform(log)
    }
  }

  private mutating func wait(for process: ProcessID, _ step: Step) {
    var lookAt = Instant.now + FileSystemsEnd.look
    while request.manner != .immediate {
      while case .process(let ended, let status) = Reaped.next() {
        guard ended == process else { continue }
        if case .stopped = status { continue }
        lastProgress = .now
        if status.code != 0 { log.fatal("\(step.phrase) was cut short (code \(status.code))") }
        return
      }
      if lookAt <= .now {
        noteProgress()
        guard .now < lastProgress + FileSystemsEnd.patience else { return giveUp(process, step) }
        log.fatal("\(step.phrase): \(backlog ?? 0) KiB are left")
        lookAt = .now + FileSystemsEnd.look
      }
      guard let arrival = SignalQueue.next(of: SignalState.queued, until: lookAt),
        let asked = signals.receive(arrival.signal, at: .now)
      else { continue }
      request = asked
    }
  }

  private mutating func noteProgress() {
    let now = Backlog.kibibytes
    if let now, let backlog, now < backlog { lastProgress = .now }
    backlog = now
  }

  private func giveUp(_ process: ProcessID, _ step: Step) {
    log.fatal("\(step.phrase): nothing has gone on for \(FileSystemsEnd.patience.secondsRoundedUp) s; given up")
    try? process.send(.kill)
  }
}
