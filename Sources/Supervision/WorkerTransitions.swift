import Sys
import Wire

extension Worker {
  mutating func start(_ target: Target, at now: Instant) -> [Effect] {
    switch state {
    case .ended, .waiting, .backoff:
      self.target = target
      return create(at: now)
    case .stopping, .killing:
      // When this life has ended, the next one begins.
      self.target = target
      return []
    case .created where target == .awake: return wake(at: now)
    case .creating, .created, .starting, .running, .parked:
      if target == .awake { self.target = target }
      return []
    case .quarantined: return []
    }
  }

  mutating func hold(_ target: Target, at now: Instant) -> [Effect] {
    guard state == .ended || state == .backoff else { return start(target, at: now) }
    self.target = target
    go(to: .waiting, at: now)
    return []
  }

  private mutating func create(at now: Instant) -> [Effect] {
    reason = nil
    begun = nil
    rung = .signal
    go(to: .creating, at: now, until: now + policy.setUpTimeout)
    return [.spawn]
  }

  /// One that is not to wait is woken while it still sets itself up: it goes on by itself when it is.
  mutating func committed(at now: Instant) -> [Effect] {
    guard state == .creating, target == .awake else { return [] }
    go(to: .starting, at: now, until: deadline)
    return [.go]
  }

  mutating func isSetUp(at now: Instant) -> [Effect] {
    if state == .creating || state == .starting { standing = .established }
    if state == .starting { deadline = policy.startTimeout.map { since + $0 } }
    guard state == .creating else { return [] }
    go(to: .created, at: now)
    return target == .awake ? wake(at: now) : []
  }

  mutating func setUpFailed(_ failure: Ending, at now: Instant, _ random: UInt32) -> [Effect] {
    guard state == .creating else {
      // It was woken before; its end follows by itself.
      if isThere, reason == nil { reason = failure }
      return []
    }
    return conclude(failure, at: now, random)
  }

  mutating func wake(at now: Instant) -> [Effect] {
    switch state {
    case .created:
      target = .awake
      go(to: .starting, at: now, until: policy.startTimeout.map { now + $0 })
      return [.go]
    case .creating, .parked:
      target = .awake
      return []
    case .backoff:
      target = .awake
      return create(at: now)
    case .ended, .waiting, .starting, .running, .stopping, .killing, .quarantined:
      return []
    }
  }

  mutating func executed(at now: Instant) -> [Effect] {
    if begun == nil {
      begun = now
      standing = .established
    }
    if state == .parked, parkedFrom == .starting, policy.readiness == .executed { parkedFrom = .running }
    return state == .starting && policy.readiness == .executed ? ready(at: now) : []
  }

  /// Its end follows by itself.
  mutating func executeFailed(_ error: Errno) -> [Effect] {
    guard isThere else { return [] }
    reason = .failed(.execute, error)
    return []
  }

  mutating func ready(at now: Instant) -> [Effect] {
    if state == .parked, parkedFrom == .starting { parkedFrom = .running }
    guard state == .starting else { return [] }
    go(to: .running, at: now, until: policy.watchdog.map { now + $0 })
    return []
  }

  mutating func stop(at now: Instant) -> [Effect] {
    guard state != .quarantined else { return [] }
    target = .ended
    switch state {
    case .ended, .quarantined: return []
    case .waiting, .backoff:
      go(to: .ended, at: now)
      return []
    case .creating, .created: return abandon(at: now)
    case .starting, .running: return terminate(at: now)
    case .parked where parkedFrom == .created: return abandon(at: now)
    case .parked: return [.thaw] + terminate(at: now)
    case .stopping, .killing: return []
    }
  }

  /// Stopped before its first instruction: it never runs, and the result is EINTR.
  private mutating func abandon(at now: Instant) -> [Effect] {
    reason = .failed(.none, .interrupted)
    go(to: .killing, at: now, until: now + Worker.patience)
    return [.abandon]
  }

  private mutating func terminate(at now: Instant) -> [Effect] {
    if policy.notice == .given { return giveNotice(at: now) }
    go(to: .stopping, at: now, until: policy.stopTimeout.map { now + $0 })
    return [.signal(policy.stopSignal), .signal(.resume)]
  }

  mutating func park(at now: Instant) -> [Effect] {
    switch state {
    case .running, .starting, .created:
      parkedFrom = state
      go(to: .parked, at: now)
      return parkedFrom == .created ? [] : [.freeze]
    default: return []
    }
  }

  mutating func unpark(at now: Instant) -> [Effect] {
    guard state == .parked else { return [] }
    switch parkedFrom {
    case .created:
      go(to: .created, at: now)
      return target == .awake ? wake(at: now) : []
    case .starting:
      go(to: .starting, at: now, until: policy.startTimeout.map { now + $0 })
    default:
      go(to: .running, at: now, until: policy.watchdog.map { now + $0 })
    }
    return [.thaw]
  }

  mutating func ended(_ ending: Ending, at now: Instant, _ random: UInt32) -> [Effect] {
    isThere ? conclude(reason ?? ending, at: now, random) : []
  }

  /// A life is over: what comes next.
  private mutating func conclude(_ ending: Ending, at now: Instant, _ random: UInt32) -> [Effect] {
    let wasStopped = state == .stopping || state == .killing
    // With a program that was never executed there is nothing to be restarted, unless this worker has worked before.
    let neverRan = if case .failed = ending { begun == nil && standing == .new } else { false }
    let lived = begun.map { $0.interval(to: now) } ?? .zero
    self.ending = ending
    reason = nil
    // One that was to go on, and failed, keeps its target: it is not where it should be, until somebody stops or starts it.
    if target == .ended || neverRan {
      go(to: .ended, at: now)
      return neverRan ? essentialEnd : []
    }
    let isFailure = !Worker.isClean(ending)
    let again =
      switch policy.restart {
      case .always: true
      case .onFailure: isFailure
      case .no: false
      }
    // One that was asked to start again while it stopped does so, whatever its policy.
    let asked = wasStopped && reasonIsForeign(ending)
    guard again || asked else {
      // A failure that nobody mends is no place where it was meant to be.
      if !isFailure { target = .ended }
      go(to: .ended, at: now)
      return essentialEnd
    }
    restarts &+= 1
    if asked { return create(at: now) }
    if case .failed(.fork, _) = ending {
      // Nothing is wrong with it: there is no memory, no descriptor, no process to be had. It comes back as soon as there is.
      go(to: .backoff, at: now, until: now + Worker.shortage.delay(after: failures + 1, random: random))
      failures = min(failures + 1, 8)
      return []
    }
    if lived >= Worker.wellAfter { failures = 0 }
    failures = min(failures + 1, Worker.failureLimit)
    let delay = delay(after: lived, random)
    if delay == .zero { return create(at: now) }
    go(to: .backoff, at: now, until: now + delay)
    return []
  }

  private static let shortage = Backoff(base: .milliseconds(100), cap: .milliseconds(500))

  /// Whether a life ended because somebody stopped it, and not for a time that was over.
  private func reasonIsForeign(_ ending: Ending) -> Bool {
    if case .failed(.ready, _) = ending { return false }
    return true
  }

  private func delay(after lived: Interval, _ random: UInt32) -> Interval {
    guard policy.backoff.base == .zero else { return policy.backoff.delay(after: failures, random: random) }
    // No delay is what was asked for; a program that fails at once would make a storm of it.
    return lived >= .seconds(1) ? .zero : Backoff.standard.delay(after: failures, random: random)
  }

  private var essentialEnd: [Effect] { policy.essential == .yes ? [.endContainer(ending.code)] : [] }

  /// Ends that are no failure, systemd.service(5) SuccessExitStatus=.
  private static func isClean(_ ending: Ending) -> Bool {
    switch ending {
    case .exited(0): return true
    case .signaled(let number):
      let signal = Int32(number)
      return signal == Signal.terminate.rawValue || signal == Signal.interrupt.rawValue || signal == Signal.hangup.rawValue
        || signal == Signal.pipe.rawValue
    default: return false
    }
  }

  mutating func expire(at now: Instant) -> [Effect] {
    guard let due = deadline, due <= now else { return [] }
    deadline = nil
    switch state {
    case .backoff: return create(at: now)
    case .creating:
      reason = .failed(.definition, .timedOut)
      go(to: .killing, at: now, until: now + Worker.patience)
      return [.abandon]
    case .starting:
      reason = .failed(.ready, .timedOut)
      return terminate(at: now)
    case .running: return hang(at: now)
    case .stopping where rung == .notice: return climb(at: now)
    case .stopping:
      go(to: .killing, at: now, until: now + Worker.patience)
      return [.kill]
    case .killing: return [.sayStuck]
    case .ended, .waiting, .created, .parked, .quarantined: return []
    }
  }

  mutating func ping(at now: Instant) -> [Effect] {
    if state == .running, let watchdog = policy.watchdog { deadline = now + watchdog }
    return []
  }

  mutating func extend(by interval: Interval, at now: Instant) -> [Effect] {
    guard let current = deadline, state == .starting || state == .stopping || state == .running else { return [] }
    deadline = max(current, now + interval)
    return []
  }

  /// It has not said that it lives: ABRT, so that it leaves a core, and then the ladder.
  mutating func hang(at now: Instant) -> [Effect] {
    guard state == .running else { return [] }
    reason = .failed(.ready, .timedOut)
    go(to: .stopping, at: now, until: policy.stopTimeout.map { now + $0 })
    return [.signal(.abort)]
  }

  /// More are not counted.
  static let failureLimit: UInt32 = 1 << 20
  private static let patience = Interval.seconds(5)
}
