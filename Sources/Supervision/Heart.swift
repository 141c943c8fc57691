import Sys

/// The timer that PID 1 waits for and kthreadd keeps from running out: it runs from kthreadd's waking to its next sleep, and stands still
/// while kthreadd sleeps. So nobody is woken for it, unless kthreadd hangs.
struct Heart: Sendable {
  /// -1: there is none.
  let timer: Int32
  let limit: Interval

  func beat() { if timer >= 0 { SharedTimer.set(timer, limit) } }
  func rest() { if timer >= 0 { SharedTimer.set(timer, nil) } }
}
