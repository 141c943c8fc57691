import CSys

extension Mount {
  /// mount(2) MS_BIND: a directory or file is found in a second place, with what is mounted below it where `flags` has MS_REC.
  public static func bind(_ source: CString, on target: CString, flags: UInt = 0) throws(Errno) {
    _ = try checkCall(mount(source.pointer, target.pointer, nil, CSYS_MS_BIND | flags, nil))
  }

  /// mount(2) that only changes how mounts below `target` spread: MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE.
  public static func setPropagation(of target: CString, flags: UInt) throws(Errno) {
    _ = try checkCall(mount(nil, target.pointer, nil, flags, nil))
  }
}

extension FileSystem {
  /// MS_RDONLY, MS_NOSUID, MS_NODEV and MS_NOEXEC, as the mount that a path is on has them: f_flags of statfs(2), whose bits are the same.
  public static func restrictions(of path: CString) -> UInt {
    // struct statfs of 64-bit machines: 120 bytes, of which f_flags is the eleventh word.
    var status = InlineArray<15, UInt>(repeating: 0)
    var span = status.mutableSpan
    let isKnown = span.withUnsafeMutableBytes { memory in
      csys_call(SYS_statfs, Int(bitPattern: path.pointer), Int(bitPattern: memory.baseAddress), 0, 0, 0) == 0
    }
    return isKnown ? status[10] & 0xF : 0
  }
}

/// Loop devices, loop(4).
public enum LoopDevice {
  /// ioctl(2) LOOP_CLR_FD: lets go of the file behind it. ENXIO when there is none, EBUSY while it is in use.
  public static func release(_ path: CString) throws(Errno) { try FileDescriptor(opening: path, .read).control(0x4C01) }
}

/// Device nodes, mknod(2).
public enum DeviceNode {
  /// st_rdev, in the parts that the kernel shows: twelve bits and twenty.
  public static func number(of path: CString) throws(Errno) -> (major: UInt32, minor: UInt32) {
    var status = stat()
    _ = try checkCall(stat(path.pointer, &status))
    guard UInt32(status.st_mode) & CSYS_S_IFMT == CSYS_S_IFBLK else { throw Errno(ENOTBLK) }
    return parts(of: UInt64(status.st_rdev))
  }

  /// As both libcs put dev_t together, makedev(3).
  public static func parts(of device: UInt64) -> (major: UInt32, minor: UInt32) {
    (
      UInt32(truncatingIfNeeded: (device >> 8) & 0xFFF | (device >> 32) & 0xFFFF_F000),
      UInt32(truncatingIfNeeded: device & 0xFF | (device >> 12) & 0xFFFF_FF00)
    )
  }
}
