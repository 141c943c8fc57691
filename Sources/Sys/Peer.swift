import CSys

extension Socket {
  /// Whether who is at the other end is in this group: by its effective group, SO_PEERCRED, or one of the supplementary ones,
  /// SO_PEERGROUPS, both as they were when it connected.
  public func isPeer(in group: UInt32) -> Bool {
    if peer?.group == group { return true }
    // NGROUPS_MAX is 65536; who has more than fit here at first has them asked for with as much room as they need.
    var length: UInt32 = 256
    for _ in 0..<2 {
      let groups = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(length), alignment: 4)
      defer { groups.deallocate() }
      do throws(Errno) {
        _ = try Kernel.lend(&length) { (length) throws(Errno) in
          try Kernel.call(
            SYS_getsockopt, UInt(rawValue), 1 /* SOL_SOCKET */, 59 /* SO_PEERGROUPS */, Kernel.address(groups.baseAddress), length
          )
        }
        for index in 0..<Int(length) / 4 where groups.load(fromByteOffset: index * 4, as: UInt32.self) == group { return true }
        return false
      } catch {
        // The kernel has written how much it is.
        guard error == Errno(ERANGE), length <= 1 << 18 else { return false }
      }
    }
    return false
  }

  /// Lets no more come, shutdown(2), and throws away what has come: an end that closes with something unread takes from the other what it
  /// was sent.
  public func hearNoMore() {
    _ = try? Kernel.call(SYS_shutdown, UInt(rawValue), 0)
    var memory: UInt64 = 0
    withUnsafeMutableBytes(of: &memory) { buffer in
      while let received = try? Packet.receive(into: buffer, from: rawValue), received.count > 0 { received.closeDescriptors() }
    }
  }
}

extension Directory {
  /// chown(2) of the group alone.
  public static func setGroup(of path: CString, _ group: UInt32) throws(Errno) {
    _ = try checkCall(chown(path.pointer, .max, group))
  }
}
