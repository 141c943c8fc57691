import CSys

/// Descriptors that are waited for together, epoll(7). Each has a key of its owner's.
public struct Events: ~Copyable {
  private let descriptor: FileDescriptor
  private var ready: InlineArray<64, epoll_event>
  private var count = 0
  private var next = 0

  public init() throws(Errno) {
    descriptor = try FileDescriptor(adopting: checkCall(epoll_create1(CSYS_O_CLOEXEC))).aboveStandard()
    ready = InlineArray(repeating: epoll_event())
  }

  public struct Interest: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let readable = Interest(rawValue: 1)
    public static let writable = Interest(rawValue: 4)
  }

  public struct Ready {
    public let key: UInt64
    /// EPOLLERR or EPOLLHUP: the other side has gone.
    public let isHungUp: Hangup
    public let interest: Interest
  }
  public enum Hangup: Sendable { case no, yes }

  public func add(_ descriptor: Int32, _ interest: Interest, key: UInt64) throws(Errno) {
    try control(1, descriptor, interest, key)
  }
  public func change(_ descriptor: Int32, _ interest: Interest, key: UInt64) throws(Errno) {
    try control(3, descriptor, interest, key)
  }
  public func remove(_ descriptor: Int32) { try? control(2, descriptor, [], 0) }

  private func control(_ operation: Int32, _ target: Int32, _ interest: Interest, _ key: UInt64) throws(Errno) {
    var event = epoll_event()
    event.events = numericCast(interest.rawValue)
    event.data.u64 = key
    _ = try checkCall(epoll_ctl(descriptor.rawValue, operation, target, &event))
  }

  /// Whether the next `wait` asks the kernel.
  public var isDrained: Bool { next >= count }

  /// The next one that is ready; waits at most until `deadline`. nil when the time is over.
  public mutating func wait(until deadline: Instant?) -> Ready? {
    if next >= count {
      next = 0
      count = poll(until: deadline)
      if count == 0 { return nil }
    }
    defer { next += 1 }
    let event = ready[next]
    let bits = UInt32(event.events)
    return Ready(key: event.data.u64, isHungUp: bits & 0x18 != 0 ? .yes : .no, interest: Interest(rawValue: bits & 5))
  }

  private mutating func poll(until deadline: Instant?) -> Int {
    while true {
      // Up to the next millisecond: what is due is due then, and nobody goes round in circles before it.
      let left = deadline.map { Instant.now.interval(to: $0).nanoseconds }
      let timeout = left.map { Int32(clamping: ($0 + 999_999) / 1_000_000) } ?? -1
      let file = descriptor.rawValue
      var span = ready.mutableSpan
      let found = span.withUnsafeMutableBufferPointer { epoll_wait(file, $0.baseAddress, 64, timeout) }
      if found >= 0 { return Int(found) }
      if csys_errno() != EINTR { return 0 }
    }
  }
}

/// Signals as a descriptor, signalfd(2).
public struct SignalDescriptor: ~Copyable {
  private let descriptor: FileDescriptor
  public var rawValue: Int32 { descriptor.rawValue }

  public init(_ set: SignalSet) throws(Errno) {
    descriptor = try FileDescriptor(adopting: check(csys_signal_fd(set.rawValue))).aboveStandard()
  }

  /// A signal that has come, and who sent it; nil when none is left.
  public func next() -> SignalQueue.Arrival? {
    var info = InlineArray<16, UInt64>(repeating: 0)  // struct signalfd_siginfo, 128 bytes
    var span = info.mutableSpan
    return span.withUnsafeMutableBytes { memory in
      guard let count = try? descriptor.read(into: memory), count == 128 else { return nil }
      let code = memory.load(fromByteOffset: 8, as: Int32.self)
      let process = ProcessID(memory.load(fromByteOffset: 12, as: Int32.self))
      return SignalQueue.Arrival(
        signal: Signal(memory.load(fromByteOffset: 0, as: Int32.self)), sender: code <= 0 ? process : nil,
        child: code > 0 ? process : nil)
    }
  }
}
