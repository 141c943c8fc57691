import Sys

/// How often the kernel has killed a process of this container for want of memory, as its cgroup counts.
enum OutOfMemory {
  /// nil when no cgroup file tells.
  static var kills: Int? {
    count(in: CString("/sys/fs/cgroup/memory.events")) ?? count(in: CString("/sys/fs/cgroup/memory/memory.oom_control"))
  }

  /// The number behind "oom_kill " in a file of `name value` lines; cgroup v2's memory.events and v1's memory.oom_control have both.
  private static func count(in path: CString) -> Int? {
    var memory = InlineArray<512, UInt8>(repeating: 0)
    var span = memory.mutableSpan
    return span.withUnsafeMutableBufferPointer { buffer in
      guard let text = try? FileDescriptor.contents(of: path, into: UnsafeMutableRawBufferPointer(buffer)) else { return nil }
      var result: Int?
      text.forEachPart(separatedBy: UInt8(ascii: "\n")) { line in
        if let (name, value) = line.cut(at: UInt8(ascii: " ")), name == "oom_kill" { result = value.decimal(upTo: 1 << 40) }
      }
      return result
    }
  }
}
