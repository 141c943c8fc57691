import CSys

/// A timer that several processes set and one waits for, timerfd_create(2). A machine that sleeps does not make it run out.
public enum SharedTimer {
  /// A new one, not running, with a number above `limit`.
  public static func create(above limit: Int32) throws(Errno) -> Int32 {
    let flags = UInt(CSYS_O_CLOEXEC | CSYS_O_NONBLOCK)
    let number = try Kernel.call(SYS_timerfd_create, 1 /* CLOCK_MONOTONIC */, flags)
    return try FileDescriptor(adopting: Int32(number)).moved(above: limit).release()
  }

  /// It runs out after this time; nil: it stands still.
  public static func set(_ timer: Int32, _ time: Interval?) {
    let time = time?.nanoseconds ?? 0
    // struct itimerspec: the interval, and the time.
    var value: InlineArray<4, Int> = [0, 0, Int(time / 1_000_000_000), Int(time % 1_000_000_000)]
    _ = try? Kernel.lend(&value) { (value) throws(Errno) in try Kernel.call(SYS_timerfd_settime, UInt(timer), 0, value, 0) }
  }

  /// Whether it has run out since it was set or asked last.
  public static func hasRunOut(_ timer: Int32) -> Bool {
    var count: UInt64 = 0
    return withUnsafeMutableBytes(of: &count) { csys_read(timer, $0.baseAddress, 8) } == 8
  }
}

extension FileDescriptor {
  /// Waits until one of three can be read, or has hung up; -1 is none. At most until `deadline`. ppoll(2)
  public static func waitUntilReadable(_ first: Int32, _ second: Int32, _ third: Int32, until deadline: Instant?) {
    // struct pollfd: the descriptor, and POLLIN.
    func wanted(_ descriptor: Int32) -> UInt64 { UInt64(UInt32(bitPattern: descriptor)) | 1 << 32 }
    var list: InlineArray<3, UInt64> = [wanted(first), wanted(second), wanted(third)]
    let left = deadline.map { Int(Instant.now.interval(to: $0).nanoseconds) } ?? 0
    var time: InlineArray<2, Int> = [left / 1_000_000_000, left % 1_000_000_000]
    _ = try? Kernel.lend(&list) { (list) throws(Errno) in
      try Kernel.lend(&time) { (time) throws(Errno) in
        try Kernel.call(SYS_ppoll, list, 3, deadline == nil ? 0 : time, 0, 8)
      }
    }
  }
}
