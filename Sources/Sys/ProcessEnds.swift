import CSys

extension ProcessID {
  /// How a process has ended that its parent has not asked yet, field 52 of /proc/PID/stat. nil where it lives, or this process may
  /// not know, which /proc tells as 0.
  public var zombieStatus: WaitStatus? {
    var buffer = InlineArray<1024, UInt8>(repeating: 0)
    var span = buffer.mutableSpan
    let raw: Int32? = span.withUnsafeMutableBytes { memory in
      guard let text = contents(of: "stat", into: memory),
        let close = text.lastIndex(of: UInt8(ascii: ")"))
      else { return nil }
      var number = 2
      var isZombie = false
      var code: Int?
      text.dropFirst(close + 1).forEachPart(separatedBy: UInt8(ascii: " ")) { field in
        if number == 3, field == "Z" { isZombie = true }
        if number == 52 { code = field.prefix(field.firstIndex(of: UInt8(ascii: "\n")) ?? field.count).decimal(upTo: 0xFFFF) }
        number += 1
      }
      return isZombie ? code.map { Int32($0) } : nil
    }
    guard let raw else { return nil }
    var target: CChar = 0
    let path = path("ns/pid")
    if raw == 0, path.withBytes({ csys_read_link(ProcessID.name($0).pointer, &target, 1) }) < 0 { return nil }
    return WaitStatus(raw)
  }

  /// What stands in a file of /proc/PID; nil when there is no such process, or no /proc.
  @inline(never)
  public func contents(of name: StaticString, into buffer: UnsafeMutableRawBufferPointer) -> Text? {
    path(name).withBytes { try? FileDescriptor.contents(of: ProcessID.name($0), into: buffer) }
  }

  @inline(never)
  private func path(_ name: StaticString) -> Message {
    var path: Message = "/proc/\(self)/\(name)"
    path.append(byte: 0)
    return path
  }

  private static func name(_ bytes: UnsafeBufferPointer<UInt8>) -> CString {
    CString(at: UnsafeRawPointer(bytes.baseAddress!).assumingMemoryBound(to: CChar.self))
  }
}

extension ProcessDescriptor {
  /// How it has ended, once its parent has asked: ioctl(2) PIDFD_GET_INFO, Linux 6.15. nil: that is not known.
  public static func status(_ descriptor: Int32) -> WaitStatus? {
    var info = InlineArray<8, UInt64>(repeating: 0)  // struct pidfd_info
    info[0] = 8  // PIDFD_INFO_EXIT
    let result = try? Kernel.lend(&info) { (info) throws(Errno) in
      try Kernel.call(SYS_ioctl, UInt(descriptor), 0xC040_FF0B, info)
    }
    guard result != nil, info[0] & 8 != 0 else { return nil }
    return WaitStatus(Int32(truncatingIfNeeded: info[7] >> 32))
  }
}
