public import Sys

/// What each signal is forwarded as.
public struct SignalRewrites {
  /// By signal number; 0 drops it.
  private var table: InlineArray<65, UInt8>

  /// Every signal as itself.
  public init() {
    table = InlineArray { UInt8($0) }
  }

  /// The signal to forward in place of `signal`; nil when it is dropped.
  public subscript(signal: Signal) -> Signal? {
    Signal(number: Int(table[Int(signal.rawValue)]))
  }

  /// Forwards `from` as `to`, or drops it.
  public mutating func rewrite(_ from: Signal, to: Signal?) {
    table[Int(from.rawValue)] = UInt8(to?.rawValue ?? 0)
  }

  /// Adds `FROM:TO[,FROM:TO…]`; TO may be 0.
  public mutating func add(_ list: Text) throws(BadWord) {
    try list.forEachPart(separatedBy: UInt8(ascii: ",")) { (entry) throws(BadWord) in
      guard let (from, to) = entry.cut(at: UInt8(ascii: ":")) else {
        throw BadWord(entry, expected: "FROM:TO, such as TERM:QUIT, or TERM:0 to drop it")
      }
      guard let received = Signal(from) else { throw BadWord(from, expected: "a signal such as TERM, RTMIN+3 or 15") }
      guard received != .kill, received != .stop, received != .child else {
        throw BadWord(from, expected: "a signal that an init can forward (not KILL, STOP or CHLD)")
      }
      if to == "0" {
        rewrite(received, to: nil)
      } else if let sent = Signal(to) {
        rewrite(received, to: sent)
      } else {
        throw BadWord(to, expected: "a signal such as QUIT, RTMIN+3 or 3, or 0 to drop it")
      }
    }
  }
}
