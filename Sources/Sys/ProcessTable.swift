import CSys

/// The processes that /proc shows, proc(5). Reading it allocates nothing.
public struct ProcessTable: ~Copyable {
  private let directory: FileDescriptor
  private var scan: csys_pid_scan

  /// One process of the table.
  public struct Entry {
    public let process: ProcessID
    public let parent: ProcessID
    public let state: State
    /// When it was started, exact to `tick`.
    public let started: Instant
    /// comm: up to 15 bytes.
    public let name: Name
  }

  public enum State: Sendable {
    case alive
    /// It has ended, and its parent has not asked how.
    case zombie
    /// Not a process of userspace: kthreadd or one of its threads (PF_KTHREAD).
    case kernelThread
  }

  /// What the kernel counts a process's start in: USER_HZ, 100 a second.
  public static let tick = Interval.milliseconds(10)

  /// A process's comm, kept without memory of its own.
  public struct Name {
    var bytes = InlineArray<16, UInt8>(repeating: 0)
    var count = 0

    public func withText<Result>(_ body: (Text) -> Result) -> Result {
      bytes.span.withUnsafeBufferPointer { body(Text($0.prefix(count))) }
    }
  }

  /// Opens /proc; nil when it is not there, or shows another pid namespace than this process's.
  public init?() {
    var target = InlineArray<16, CChar>(repeating: 0)
    var span = target.mutableSpan
    let shown: Int? = span.withUnsafeMutableBufferPointer {
      let count = csys_read_link(CString("/proc/self").pointer, $0.baseAddress, $0.count)
      guard count > 0, count < 16 else { return nil }
      return CString(at: UnsafePointer($0.baseAddress!)).text.decimal(upTo: Int(Int32.max))
    }
    guard shown == Int(ProcessID.current.rawValue),
      let directory = try? FileDescriptor(opening: CString("/proc"), .read)
    else { return nil }
    scan = csys_pid_scan()
    scan.fd = directory.rawValue
    self.directory = directory
  }

  /// The next process; nil at the end. One that ends meanwhile is left out.
  public mutating func next() -> Entry? {
    while true {
      let pid = csys_next_pid(&scan)
      guard pid > 0 else { return nil }
      if let entry = ProcessTable.entry(of: ProcessID(pid)) { return entry }
    }
  }

  /// /proc/PID/stat: state, parent and comm. nil when there is no such process.
  public static func entry(of process: ProcessID) -> Entry? {
    var path: Message = "/proc/\(process)/stat"
    path.append(byte: 0)
    var buffer = InlineArray<512, UInt8>(repeating: 0)
    var span = buffer.mutableSpan
    return span.withUnsafeMutableBufferPointer { memory in
      let text: Text? = path.withBytes { bytes in
        let name = CString(at: UnsafeRawPointer(bytes.baseAddress!).assumingMemoryBound(to: CChar.self))
        return try? FileDescriptor.contents(of: name, into: UnsafeMutableRawBufferPointer(memory))
      }
      guard let text else { return nil }
      return Entry(process, stat: text)
    }
  }

  /// Whether `entry` descends from `ancestor`.
  public static func isDescendant(_ entry: Entry, of ancestor: ProcessID) -> Bool {
    var parent = entry.parent
    // A process that is its own ancestor exists only in a table that changes while it is read.
    for _ in 0..<1000 where parent.rawValue > 1 || ancestor == .initProcess {
      if parent == ancestor { return true }
      guard let next = ProcessTable.entry(of: parent) else { return false }
      parent = next.parent
    }
    return false
  }
}

extension ProcessTable.Entry {
  /// Reads `PID (comm) STATE PPID …`; comm may hold anything, so its end is the last ')'.
  init?(_ process: ProcessID, stat: Text) {
    guard let open = stat.firstIndex(of: UInt8(ascii: "(")), let close = stat.lastIndex(of: UInt8(ascii: ")")), open < close
    else { return nil }
    var parent: Int32?
    var state = ProcessTable.State.alive
    var started = Instant(nanoseconds: 0)
    // proc(5) counts the fields from 1; the one behind comm is the third.
    var number = 2
    stat.dropFirst(close + 1).forEachPart(separatedBy: UInt8(ascii: " ")) { field in
      switch number {
      case 3 where field == "Z" || field == "X": state = .zombie
      case 4: parent = field.decimal(upTo: Int(Int32.max)).map { Int32($0) }
      case 9: if let flags = field.decimal(upTo: Int(UInt32.max)), flags & 0x20_0000 != 0 { state = .kernelThread }
      // A main thread that has ended before the others leaves a process that runs.
      case 20 where state == .zombie: if let threads = field.decimal(upTo: 1 << 30), threads > 1 { state = .alive }
      case 22:
        let ticks = Int64(field.decimal(upTo: 1 << 40) ?? 0)
        started = Instant(nanoseconds: ticks * ProcessTable.tick.nanoseconds)
      default: break
      }
      number += 1
    }
    guard let parent else { return nil }
    var name = ProcessTable.Name()
    for byte in stat.prefix(close).dropFirst(open + 1).prefix(16).bytes {
      name.bytes[name.count] = byte
      name.count += 1
    }
    self.init(process: process, parent: ProcessID(parent), state: state, started: started, name: name)
  }
}
