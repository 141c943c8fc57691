import CSys

// Descriptors that PID 1 holds beside those that it was started with, which are its command's.

extension FileDescriptor {
  /// The highest number that is open now, at least 9.
  public static func highest() -> Int32 {
    var highest: Int32 = 9
    if let list = try? FileDescriptor(opening: "/proc/self/fd", .read) {
      var scan = csys_pid_scan()
      scan.fd = list.rawValue
      while true {
        let number = csys_next_pid(&scan)
        guard number > 0 else { return highest }
        if number != list.rawValue { highest = max(highest, number) }
      }
    }
    let limit = (try? Attributes.limit(7))?.soft ?? 1024
    for number in 0..<Int32(min(limit, 65536)) where csys_fd_is_open(number) == 1 { highest = max(highest, number) }
    return highest
  }

  /// The same open file, with a number above `limit`.
  public consuming func moved(above limit: Int32) throws(Errno) -> FileDescriptor {
    if rawValue > limit { return self }
    return FileDescriptor(adopting: try check(csys_duplicate_above(rawValue, limit + 1)))
  }

  /// signalfd(2), to be waited for only.
  public static func signals(_ set: SignalSet, above limit: Int32) throws(Errno) -> Int32 {
    try FileDescriptor(adopting: check(csys_signal_fd(set.rawValue))).moved(above: limit).release()
  }

  /// Takes its close-on-exec flag away. -1 is none.
  public static func surviveExec(_ descriptor: Int32) {
    if descriptor >= 0 { _ = try? Kernel.call(SYS_fcntl, UInt(descriptor), 2 /* F_SETFD */, 0) }
  }

  /// Closes all numbers from `first` to `last`.
  public static func close(from first: Int32, to last: Int32) {
    guard first <= last else { return }
    if (try? Kernel.call(436 /* close_range */, UInt(first), UInt(last), 0)) != nil { return }
    for number in first...last { _ = csys_close(number) }
  }

  /// Waits until one of two can be read, or has hung up; -1 is none. At most until `deadline`.
  public static func waitUntilReadable(_ first: Int32, _ second: Int32, until deadline: Instant?) {
    let timeout = deadline.map { Instant.now.interval(to: $0).nanoseconds } ?? -1
    _ = csys_poll(first, second, Int32(POLLIN), timeout)
  }
}

extension Socket {
  /// Waits until a packet has come, at most until `deadline`.
  public static func waitUntilReadable(_ socket: Int32, until deadline: Instant) {
    FileDescriptor.waitUntilReadable(socket, -1, until: deadline)
  }
}

extension SelfSpawn {
  /// As `init()`, with a number above `limit`.
  public init(above limit: Int32) throws(Errno) {
    let low = try SelfSpawn()
    self.init(adopting: try FileDescriptor.owning(FileDescriptor.duplicate(low.rawValue)).moved(above: limit))
  }
}
