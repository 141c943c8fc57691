import CSys

extension ProcessID {
  /// The program that the process was executed from, /proc/PID/exe, in memory that is never given back; nil when it cannot be read.
  public var programPath: CString? {
    var link: Message = "/proc/\(self)/exe"
    link.append(byte: 0)
    let memory = UnsafeMutablePointer<CChar>.allocate(capacity: 4096)
    let count = link.withBytes {
      csys_read_link(UnsafeRawPointer($0.baseAddress!).assumingMemoryBound(to: CChar.self), memory, 4095)
    }
    guard count > 0 else { return nil }
    memory[Int(count)] = 0
    return CString(at: UnsafePointer(memory))
  }
}

extension ProcessTable {
  /// Whether there is a /proc, and it shows this process's pid namespace.
  public static var isOfThisNamespace: Bool {
    if let table = ProcessTable() {
      _ = consume table
      return true
    }
    return false
  }
}
