import CSys

extension FileDescriptor {
  /// openat(2) for writing: a new file of this mode whatever the umask, or one that is there, emptied.
  public init(creating path: CString, mode: UInt32) throws(Errno) {
    let flags = O_WRONLY | O_CREAT | O_TRUNC | CSYS_O_CLOEXEC | CSYS_O_NOCTTY
    try self.init(at: path, flags, mode)
    // On what was there before, or under a umask.
    _ = fchmod(rawValue, mode_t(mode))
  }

  /// openat(2) of something that is there, for writing as it is: a file of /proc/sys, a device.
  public init(writing path: CString) throws(Errno) { try self.init(at: path, O_WRONLY | CSYS_O_CLOEXEC | CSYS_O_NOCTTY, 0) }

  /// As `init(writing:)`, for a device whose other end may not be there: what it does not take at once is EAGAIN.
  public init(writingAtOnce path: CString) throws(Errno) {
    try self.init(at: path, O_WRONLY | CSYS_O_CLOEXEC | CSYS_O_NOCTTY | CSYS_O_NONBLOCK, 0)
  }

  private init(at path: CString, _ flags: Int32, _ mode: UInt32) throws(Errno) {
    let descriptor = try systemCall(SYS_openat, Int(AT_FDCWD), Int(bitPattern: path.pointer), Int(flags), Int(mode))
    self.init(adopting: Int32(truncatingIfNeeded: descriptor))
  }

  /// write(2) until everything is written. `bytes` goes out in one call where the file takes it: /proc/sys wants that.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(Errno) {
    var rest = bytes
    while !rest.isEmpty {
      let count = csys_write(rawValue, rest.baseAddress, rest.count)
      if count == -Int64(EINTR) { continue }
      let written = Int(try check(count))
      // A device that takes nothing would be asked for ever.
      guard written > 0 else { throw Errno(EIO) }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
    }
  }

  /// fsync(2).
  public func sync() throws(Errno) { _ = try checkCall(fsync(rawValue)) }

  /// ioctl(2) with an argument that is a pointer or a number.
  func control(_ request: Int, _ argument: Int = 0) throws(Errno) { try systemCall(SYS_ioctl, Int(rawValue), request, argument) }
}

extension Directory {
  /// rename(2): `new` is the old file or this one, never half of it.
  public static func rename(_ old: CString, to new: CString) throws(Errno) {
    let here = Int(AT_FDCWD)
    try systemCall(SYS_renameat2, here, Int(bitPattern: old.pointer), here, Int(bitPattern: new.pointer))
  }

  /// unlink(2).
  public static func remove(_ path: CString) throws(Errno) { _ = try checkCall(unlink(path.pointer)) }
}

extension Directory {
  /// chmod(2), which no umask takes from.
  public static func setMode(of path: CString, _ mode: UInt32) throws(Errno) {
    _ = try checkCall(chmod(path.pointer, mode_t(mode)))
  }
}
