import CSys

/// The kernel's set of signals: 64 bits, with those that libc keeps from its callers.
public struct SignalSet: Equatable, Sendable {
  public private(set) var rawValue: UInt64

  public init(rawValue: UInt64 = 0) { self.rawValue = rawValue }
  public init(_ signals: Signal...) {
    self.init()
    for signal in signals { insert(signal) }
  }

  public static let all = SignalSet(rawValue: .max)
  /// What the processor raises when a program goes wrong. They stay unblocked in swinit, so that its handler sees them.
  public static let faults = SignalSet(rawValue: CSYS_FAULT_SIGNALS)

  public func contains(_ signal: Signal) -> Bool { rawValue & SignalSet.bit(signal) != 0 }
  public mutating func insert(_ signal: Signal) { rawValue |= SignalSet.bit(signal) }
  public mutating func remove(_ signal: Signal) { rawValue &= ~SignalSet.bit(signal) }
  public func subtracting(_ other: SignalSet) -> SignalSet { SignalSet(rawValue: rawValue & ~other.rawValue) }
  public func union(_ other: SignalSet) -> SignalSet { SignalSet(rawValue: rawValue | other.rawValue) }

  /// Takes the lowest signal out; nil when the set is empty.
  public mutating func popFirst() -> Signal? {
    guard rawValue != 0 else { return nil }
    let signal = Signal(Int32(rawValue.trailingZeroBitCount + 1))
    remove(signal)
    return signal
  }

  /// Calls `body` with each, the lowest first.
  public func forEach(_ body: (Signal) -> Void) {
    var rest = self
    while let signal = rest.popFirst() { body(signal) }
  }

  private static func bit(_ signal: Signal) -> UInt64 { 1 << UInt64(signal.rawValue - 1) }
}

/// The signals of this process: blocked, so that none is lost, and taken one by one.
public enum SignalQueue {
  /// Blocks exactly `set`, rt_sigprocmask(2). Returns what was blocked before.
  @discardableResult
  public static func block(_ set: SignalSet) -> SignalSet { SignalSet(rawValue: csys_set_signal_mask(set.rawValue)) }

  /// A signal that was taken from the queue.
  public struct Arrival {
    public let signal: Signal
    /// Who sent it; nil when the kernel did. Pid 0 is a sender outside this pid namespace.
    public let sender: ProcessID?
    /// Of SIGCHLD: the child that it tells of, where the kernel sent it and it was asked for.
    public let child: ProcessID?

    public init(signal: Signal, sender: ProcessID?, child: ProcessID? = nil) {
      self.signal = signal
      self.sender = sender
      self.child = child
    }
  }

  /// Waits for one of `set`, rt_sigtimedwait(2), at most until `deadline`. nil when the time is over or a handler ran in between.
  public static func next(of set: SignalSet, until deadline: Instant?) -> Arrival? {
    let timeout = deadline.map { Instant.now.interval(to: $0).nanoseconds } ?? -1
    return take(set, timeout)
  }

  /// One of `set` that is there already; nil when none is.
  public static func pending(of set: SignalSet) -> Arrival? { take(set, 0) }

  /// Called at each SIGIO, which then is nobody's signal: some file of this process's is ready, fcntl(2) O_ASYNC. It counts as a handler.
  nonisolated(unsafe) public static var whenReady: (() -> Void)?

  private static func take(_ set: SignalSet, _ timeout: Int64) -> Arrival? {
    var info = csys_siginfo()
    let number = csys_wait_signal(set.rawValue, timeout, &info)
    guard number > 0 else { return nil }
    if number == SIGIO, let whenReady {
      whenReady()
      return nil
    }
    return Arrival(signal: Signal(number), sender: info.code <= 0 ? ProcessID(info.pid) : nil)
  }

  /// Sets SIGCHLD to its default: where it is inherited as ignored, the kernel throws exit statuses away. Returns whether it was.
  public static func receiveChildren() -> SignalSet {
    csys_set_disposition(SIGCHLD, CSYS_DEFAULT) == 1 ? SignalSet(.child) : SignalSet()
  }

  /// Catches the fault signals, sigaction(2). `report` is called on a stack of its own when this process traps, and must not
  /// return. Returns those that were inherited as ignored.
  public static func catchFaults(_ report: @escaping @convention(c) (Int32, Int32, UInt64, UInt64) -> Void) -> SignalSet {
    SignalSet(rawValue: csys_catch_faults(report))
  }

  /// The fault signals that others have sent with kill(2) since the last call.
  public static func takeSentFaults() -> SignalSet { SignalSet(rawValue: csys_take_sent_faults()) }
}
