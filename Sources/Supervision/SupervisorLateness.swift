import Sys
import Wire

/// When it is said next whom the end waits for: after a second, and each time after twice as long.
struct Lateness {
  private(set) var at: Instant
  private var pause = Interval.seconds(1)

  init(at now: Instant) { at = now + pause }

  mutating func isSaid(at now: Instant) {
    pause = Interval(nanoseconds: min(pause.nanoseconds * 2, Interval.seconds(3600).nanoseconds))
    at = now + pause
  }
}

extension Supervisor {
  /// Names the workers that are being stopped and are still there, where it is time to.
  func sayLate(at now: Instant) {
    guard let late = lateness else { return }
    if late.at <= now {
      lateness?.isSaid(at: now)
      sayLateNow()
    }
    if let at = lateness?.at { note(at) }
  }

  @inline(never)
  private func sayLateNow() {
    var line: Message = "waiting for"
    var count = 0
    for slot in slots {
      guard let slot, slot.worker.state == .stopping || slot.worker.state == .killing else { continue }
      count += 1
      if count <= 8 { line.append(contentsOf: "\(count > 1 ? "," : "" as StaticString) '\(slot.name)' (\(slot.process))") }
    }
    if count > 8 { line.append(contentsOf: " and \(count - 8) more") }
    if count > 0 { say(line) }
  }

  /// Whether nothing more can be done for the end of this worker: it was sent KILL, and its time is over.
  func isStuck(_ index: Int) -> Bool {
    guard let worker = slots[index]?.worker else { return false }
    return worker.state == .killing && worker.deadline == nil
  }
}
