public import Sys

/// The TIME of shutdown(8).
public enum ShutdownTime: Equatable, Sendable {
  /// So many minutes from now, whatever clocks are set to meanwhile.
  case after(minutes: Int)
  /// When clocks show this.
  case at(hour: Int, minute: Int)

  public static let now = ShutdownTime.after(minutes: 0)

  /// A hundred years.
  private static let limit = 52_596_000

  /// Reads `now`, `+M`, `M` or `hh:mm`.
  public init(_ word: Text) throws(BadWord) {
    let bad = BadWord(word, expected: "a time: now, +MINUTES, or hh:mm of 24 hours")
    if word == "now" {
      self = .now
    } else if let (hours, minutes) = word.cut(at: UInt8(ascii: ":")) {
      guard hours.count <= 2, let hour = hours.decimal(upTo: 23), minutes.count == 2, let minute = minutes.decimal(upTo: 59)
      else { throw bad }
      self = .at(hour: hour, minute: minute)
    } else {
      guard let minutes = (word.hasPrefix("+") ? word.dropFirst() : word).decimal(upTo: ShutdownTime.limit) else { throw bad }
      self = .after(minutes: minutes)
    }
  }
}
