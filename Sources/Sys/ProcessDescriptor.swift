import CSys

/// A process by descriptor, pidfd_open(2): it means that one process for ever, whoever gets the number later.
public struct ProcessDescriptor: ~Copyable {
  private let descriptor: FileDescriptor
  public var rawValue: Int32 { descriptor.rawValue }

  public init(_ process: ProcessID) throws(Errno) {
    descriptor = try FileDescriptor(adopting: check(csys_pidfd_open(process.rawValue))).aboveStandard()
  }

  /// pidfd_send_signal(2), by number for one that somebody else holds.
  public static func send(_ signal: Signal, to descriptor: Int32) throws(Errno) {
    try Kernel.call(424 /* pidfd_send_signal */, UInt(descriptor), UInt(signal.rawValue))
  }
}

extension ProcessID {
  /// Field 22 of /proc/PID/stat: when it was started, in ticks. nil when there is no such process, or no /proc.
  public var startTicks: UInt64? {
    ProcessTable.entry(of: self).map { UInt64(clamping: $0.started.nanoseconds / ProcessTable.tick.nanoseconds) }
  }
}
