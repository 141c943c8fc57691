@testable import Boot
@testable import Sys

func at(_ seconds: Double) -> Instant { Instant(nanoseconds: 1_000_000_000_000 + Int64((seconds * 1000).rounded()) * 1_000_000) }

func makeLife(_ change: (inout Lifecycle.Policy) -> Void = { _ in }) -> Lifecycle {
  var policy = Lifecycle.Policy()
  change(&policy)
  return Lifecycle(policy)
}

/// An action in words, for tables.
func said(_ action: Lifecycle.Action?) -> String {
  switch action {
  case nil: "nothing"
  case .forward(let signal): "forward \(signal.rawValue)"
  case .holdBack: "hold back"
  case .killCommand: "kill command"
  case .timeOut: "time out"
  case .signalRest(let signal): "rest \(signal.rawValue)"
  case .terminateRest: "terminate rest"
  case .killRest: "kill rest"
  case .reportLate(nil): "late"
  case .reportLate(let killIn?): "late, kill in \(killIn.secondsRoundedUp)"
  case .giveUp: "give up"
  }
}
