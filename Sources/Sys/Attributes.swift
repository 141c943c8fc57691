import CSys

/// What a process sets for itself before it becomes a worker's program. Only what runs in the new process calls these.
public enum Attributes {
  /// PR_SET_NAME: comm, cut at 15 bytes.
  public static func setName(_ name: CString) { _ = try? Kernel.call(SYS_prctl, 15, Kernel.address(name.pointer)) }

  /// PR_SET_NO_NEW_PRIVS.
  public static func renounceNewPrivileges() throws(Errno) { try Kernel.call(SYS_prctl, 38, 1, 0, 0, 0) }

  /// setrlimit(2); UInt64.max is infinity.
  public static func setLimit(_ resource: UInt8, soft: UInt64, hard: UInt64) throws(Errno) {
    var limit = (soft, hard)
    _ = try Kernel.lend(&limit) { (address) throws(Errno) in try Kernel.call(SYS_prlimit64, 0, UInt(resource), address, 0) }
  }

  /// The limit, or where it may not be raised so far (a container without CAP_SYS_RESOURCE) as far as it may: systemd's
  /// setrlimit_closest().
  public static func setClosestLimit(_ resource: UInt8, soft: UInt64, hard: UInt64) throws(Errno) {
    do throws(Errno) { try setLimit(resource, soft: soft, hard: hard) } catch {
      let highest = try limit(resource).hard
      guard error == .notPermitted, highest != .max else { throw error }
      try setLimit(resource, soft: min(soft, highest), hard: min(hard, highest))
    }
  }

  /// getrlimit(2).
  public static func limit(_ resource: UInt8) throws(Errno) -> (soft: UInt64, hard: UInt64) {
    var limit: (UInt64, UInt64) = (0, 0)
    _ = try Kernel.lend(&limit) { (address) throws(Errno) in try Kernel.call(SYS_prlimit64, 0, UInt(resource), 0, address) }
    return limit
  }

  /// setpriority(2), PRIO_PROCESS.
  public static func setNice(_ nice: Int) throws(Errno) { try Kernel.call(SYS_setpriority, 0, 0, UInt(bitPattern: nice)) }

  public static func setFileMask(_ mask: UInt32) { umask(mode_t(mask)) }

  public static func setGroups(_ groups: [UInt32]) throws(Errno) {
    var failure: Errno?
    groups.withUnsafeBufferPointer { list in
      do throws(Errno) { try Kernel.call(SYS_setgroups, UInt(list.count), Kernel.address(list.baseAddress)) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// setresgid(2), then setresuid(2), with the capabilities kept where they are still to be changed.
  public static func become(user: UInt32, group: UInt32) throws(Errno) {
    try Kernel.call(SYS_setresgid, UInt(group), UInt(group), UInt(group))
    try Kernel.call(SYS_setresuid, UInt(user), UInt(user), UInt(user))
  }

  public static var user: UInt32 { getuid() }
  public static var group: UInt32 { getgid() }

  /// Whether the next program keeps a descriptor, FD_CLOEXEC. For one that this process holds.
  public static func closeOnExec(from first: Int32) {
    // close_range(2) with CLOSE_RANGE_CLOEXEC; what comes from kthreadd has the flag already.
    _ = try? Kernel.call(436 /* close_range */, UInt(first), UInt(UInt32.max), 4)
  }

  /// Every signal does what it does by default: what PID 1 was started with ignored is its command's, not a worker's.
  public static func resetSignals() {
    for signal in Int32(1)...Int32(Signal.last) { _ = csys_set_disposition(signal, CSYS_DEFAULT) }
  }

  /// setsid(2).
  public static func leadSession() { _ = try? Kernel.call(SYS_setsid) }

  /// exit_group(2), at once.
  public static func exit(_ code: Int32) -> Never { _exit(code) }
}

/// Capability sets of this process, capabilities(7). Each is 64 bits.
public enum Capabilities {
  public struct Sets {
    public var effective: UInt64
    public var permitted: UInt64
    public var inheritable: UInt64
  }

  private static let version: UInt32 = 0x2008_0522  // _LINUX_CAPABILITY_VERSION_3

  /// capget(2).
  public static func current() throws(Errno) -> Sets {
    var header = (version, UInt32(0))
    var data = InlineArray<6, UInt32>(repeating: 0)
    _ = try Kernel.lend(&header) { (head) throws(Errno) in
      try Kernel.lend(&data) { (body) throws(Errno) in try Kernel.call(SYS_capget, head, body) }
    }
    return Sets(
      effective: UInt64(data[0]) | UInt64(data[3]) << 32, permitted: UInt64(data[1]) | UInt64(data[4]) << 32,
      inheritable: UInt64(data[2]) | UInt64(data[5]) << 32)
  }

  /// capset(2).
  public static func set(_ sets: Sets) throws(Errno) {
    var header = (version, UInt32(0))
    var data = InlineArray<6, UInt32>(repeating: 0)
    for (index, value) in [sets.effective, sets.permitted, sets.inheritable].enumerated() {
      data[index] = UInt32(truncatingIfNeeded: value)
      data[3 + index] = UInt32(truncatingIfNeeded: value >> 32)
    }
    _ = try Kernel.lend(&header) { (head) throws(Errno) in
      try Kernel.lend(&data) { (body) throws(Errno) in try Kernel.call(SYS_capset, head, body) }
    }
  }

  /// PR_CAPBSET_DROP for all that are not in `kept`.
  public static func bound(to kept: UInt64) throws(Errno) {
    for capability in UInt(0)..<64 where kept & 1 << UInt64(capability) == 0 {
      do throws(Errno) {
        guard try Kernel.call(SYS_prctl, 23 /* PR_CAPBSET_READ */, capability) == 1 else { continue }
      } catch { return }  // EINVAL: behind the last one
      try Kernel.call(SYS_prctl, 24 /* PR_CAPBSET_DROP */, capability)
    }
  }

  /// PR_SET_KEEPCAPS: the permitted set outlives the change of user.
  public static func keepAcrossUsers() throws(Errno) { try Kernel.call(SYS_prctl, 8, 1) }

  /// PR_CAP_AMBIENT_RAISE for each.
  public static func raiseAmbient(_ set: UInt64) throws(Errno) {
    for capability in UInt(0)..<64 where set & 1 << UInt64(capability) != 0 {
      try Kernel.call(SYS_prctl, 47, 2, capability, 0, 0)
    }
  }
}

extension FileDescriptor {
  /// Opens a file that is there and writes to it once: how the kernel's files in /proc and /sys/fs/cgroup are set.
  public static func write(_ bytes: Text, to path: CString) throws(Errno) {
    let file = FileDescriptor(adopting: try check(csys_open(path.pointer, 1 /* O_WRONLY */ | CSYS_O_CLOEXEC | CSYS_O_NOCTTY)))
    _ = try check(csys_write(file.rawValue, bytes.bytes.baseAddress, bytes.count))
  }

  /// pipe2(2), close-on-exec; what is read from it never makes one wait.
  public static func pipe() throws(Errno) -> (read: Int32, write: Int32) {
    var ends = InlineArray<2, Int32>(repeating: -1)
    _ = try Kernel.lend(&ends) { (address) throws(Errno) in try Kernel.call(SYS_pipe2, address, UInt(CSYS_O_CLOEXEC)) }
    for index in 0..<2 where ends[index] < 10 {
      let high = try check(csys_duplicate_above(ends[index], 10))
      _ = csys_close(ends[index])
      ends[index] = high
    }
    // The flag belongs to the open file, and each end is one of its own.
    _ = fcntlSetFlags(ends[0], CSYS_O_NONBLOCK)
    return (ends[0], ends[1])
  }

  /// fcntl(2) F_SETFL.
  private static func fcntlSetFlags(_ descriptor: Int32, _ flags: Int32) -> Int {
    (try? Kernel.call(SYS_fcntl, UInt(descriptor), 4, UInt(flags))) ?? -1
  }

  public static func close(_ descriptor: Int32) { _ = csys_close(descriptor) }

  /// read(2) into a buffer, from a descriptor that somebody holds.
  public static func read(from descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    while true {
      let count = csys_read(descriptor, buffer.baseAddress, buffer.count)
      if count != Int64(-EINTR) { return Int(try check(count)) }
    }
  }
}

extension StandardStream {
  /// Writes bytes in one write(2) where the stream takes them now, poll(2); false when it does not, or is gone. For at most PIPE_BUF
  /// bytes, which a pipe that is writable takes whole.
  public func writeUnlessFull(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let sent = try? Kernel.call(SYS_sendto, UInt(rawValue), Kernel.address(bytes.baseAddress), UInt(bytes.count), 0x4040)
    if let sent { return sent == bytes.count }
    if csys_errno() != ENOTSOCK { return false }
    // A terminal says EAGAIN while another process writes to it, whatever room it has.
    for _ in 0..<64 {
      guard csys_poll(rawValue, -1, Int32(POLLOUT), 0) > 0 else { return false }
      let count = csys_write(rawValue, bytes.baseAddress, bytes.count)
      guard count == Int64(-EAGAIN) else { return count == Int64(bytes.count) }
      ProcessID.yieldProcessor()
    }
    return false
  }
}
