import CSys

/// Files whose changes are told, inotify(7), by a descriptor that is waited for with others.
public enum FileWatch {
  /// inotify_init1(2); nothing about it blocks.
  public static func open() throws(Errno) -> Int32 {
    let number = try Kernel.call(SYS_inotify_init1, UInt(CSYS_O_CLOEXEC | CSYS_O_NONBLOCK))
    return try FileDescriptor(adopting: Int32(number)).raised().release()
  }

  /// inotify_add_watch(2), IN_MODIFY, with which the kernel tells of its files in a cgroup. A file that is watched already stays so; one
  /// that goes takes its watch with it.
  public static func add(_ path: CString, to watch: Int32) throws(Errno) {
    try Kernel.call(SYS_inotify_add_watch, UInt(watch), Kernel.address(path.pointer), 2 /* IN_MODIFY */)
  }

  /// Waits until a file of a cgroup that has a line `line` changes, poll(2) POLLPRI; false when it has none, or the time is over.
  @inline(never)
  public static func waitForChange(of path: CString, while line: StaticString, until deadline: Instant) -> Bool {
    guard let file = try? FileDescriptor(opening: path, .read) else { return false }
    var memory = InlineArray<32, UInt64>(repeating: 0)
    var span = memory.mutableSpan
    let isSo = span.withUnsafeMutableBytes { buffer in
      var isSo = false
      guard let count = try? file.read(into: buffer) else { return false }
      let filled = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
      Text(filled.assumingMemoryBound(to: UInt8.self)).forEachPart(separatedBy: UInt8(ascii: "\n")) {
        if $0 == line { isSo = true }
      }
      return isSo
    }
    return isSo && csys_poll(file.rawValue, -1, Int32(POLLPRI), Instant.now.interval(to: deadline).nanoseconds) > 0
  }

  /// Takes all that was told.
  public static func drain(_ watch: Int32, _ buffer: UnsafeMutableRawBufferPointer) {
    while let count = try? FileDescriptor.read(from: watch, into: buffer), count > 0 {}
  }
}
