/// What a process has used, /proc/PID/stat.
public struct ProcessUsage: Sendable {
  /// utime and stime, exact to a tick.
  public let processorTime: Interval
  /// Bytes that are in memory, rss.
  public let memory: UInt64

  /// nil when there is no such process, or no /proc.
  public init?(of process: ProcessID) {
    var path: Message = "/proc/\(process)/stat"
    path.append(byte: 0)
    var buffer = InlineArray<512, UInt8>(repeating: 0)
    var span = buffer.mutableSpan
    let usage: ProcessUsage? = span.withUnsafeMutableBufferPointer { memory in
      let text: Text? = path.withBytes { bytes in
        let name = CString(at: UnsafeRawPointer(bytes.baseAddress!).assumingMemoryBound(to: CChar.self))
        return try? FileDescriptor.contents(of: name, into: UnsafeMutableRawBufferPointer(memory))
      }
      return text.flatMap { ProcessUsage(stat: $0) }
    }
    guard let usage else { return nil }
    self = usage
  }

  /// Reads `PID (comm) STATE PPID …`; comm may hold anything, so its end is the last ')'.
  init?(stat: Text) {
    guard let close = stat.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    var ticks = 0
    var pages: Int?
    // proc(5) counts the fields from 1; the one behind comm is the third.
    var number = 2
    stat.dropFirst(close + 1).forEachPart(separatedBy: UInt8(ascii: " ")) { field in
      switch number {
      case 14, 15: ticks += field.decimal(upTo: 1 << 40) ?? 0
      case 24: pages = field.decimal(upTo: 1 << 40)
      default: break
      }
      number += 1
    }
    guard let pages else { return nil }
    processorTime = Interval(nanoseconds: Int64(ticks) * ProcessTable.tick.nanoseconds)
    memory = UInt64(pages) * 4096
  }
}
