import Sys

/// What was said last is on the console before reboot(2): a serial line is slower than that call, and what is in its buffer is lost.
enum LastWords {
  /// A line that does not move, with nobody at its other end, must not hold the end up.
  private static let patience = Interval.seconds(2)

  /// tcdrain(3), in a process of its own: it has no bound, and this one may not block.
  static func drain() {
    guard let place = try? Fork.make() else { return }
    switch place {
    case .child:
      Resume.disarm()
      StandardStream.error.drain()
      Fork.leave(0)
    case .parent(let process):
      let deadline = Instant.now + patience
      while .now < deadline {
        while case .process(let ended, _) = Reaped.next() { if ended == process { return } }
        _ = SignalQueue.next(of: SignalSet(.child), until: deadline)
      }
    }
  }
}
