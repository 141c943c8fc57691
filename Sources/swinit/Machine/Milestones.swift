import Boot
import Sys

/// When this boot has come how far. Noted from the first instruction on, and told to a host that asks.
enum Milestones {
  nonisolated(unsafe) private static var moments = InlineArray<5, Int64>(repeating: 0)
  nonisolated(unsafe) private static var window: HostWindow?

  static func reach(_ milestone: HostWindow.Milestone) {
    moments[milestone.rawValue] = Instant.now.nanoseconds
    window?[milestone] = moments[milestone.rawValue]
  }

  /// From here on they are in the window, those before too.
  static func show(in window: HostWindow) {
    self.window = window
    for milestone in HostWindow.Milestone.allCases { window[milestone] = moments[milestone.rawValue] }
  }
}
