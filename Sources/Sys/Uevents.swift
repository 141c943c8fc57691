import CSys

/// The kernel's messages of devices that come and go, netlink(7) NETLINK_KOBJECT_UEVENT.
public struct Uevents: ~Copyable {
  private let socket: FileDescriptor

  public init() throws(Errno) { socket = FileDescriptor(adopting: try check(csys_uevent_socket())) }

  public enum Outcome: Sendable {
    case event, timeout
  }

  /// Waits until something has happened, at most until `deadline`. What it was is thrown away: the one who waits looks for itself.
  public func wait(until deadline: Instant?) -> Outcome {
    while true {
      let timeout = deadline.map { Instant.now.interval(to: $0).nanoseconds } ?? -1
      let ready = csys_poll(socket.rawValue, -1, Int32(POLLIN), timeout)
      if ready == 0 { return .timeout }
      if ready > 0 { break }
    }
    var buffer = InlineArray<4096, UInt8>(repeating: 0)
    var span = buffer.mutableSpan
    // All that is there: a disk with its partitions is one look, not twenty.
    span.withUnsafeMutableBytes { memory in
      while let count = try? socket.read(into: memory), count > 0 {}
    }
    return .event
  }
}
