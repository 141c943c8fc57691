/// What cgroups count of the lack of memory: v2's memory.events, v1's memory.oom_control.
public enum MemoryEvents {
  /// How many processes the kernel has killed for it; nil where the file does not tell.
  @inline(never)
  public static func kills(in path: CString) -> UInt32? {
    var memory = InlineArray<64, UInt64>(repeating: 0)
    var span = memory.mutableSpan
    return span.withUnsafeMutableBytes { buffer in
      guard let text = try? FileDescriptor.contents(of: path, into: buffer) else { return nil }
      return kills(text)
    }
  }

  /// The number behind `oom_kill ` in lines of `name value`.
  static func kills(_ text: Text) -> UInt32? {
    var result: UInt32?
    text.forEachPart(separatedBy: UInt8(ascii: "\n")) { line in
      if let (name, value) = line.cut(at: UInt8(ascii: " ")), name == "oom_kill" {
        result = value.decimal(upTo: Int.max).map { UInt32(clamping: $0) }
      }
    }
    return result
  }
}
