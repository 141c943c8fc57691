import CSys

/// Processors that a task may run on, cpu_set_t: up to 1024 of them.
public struct ProcessorSet: Sendable {
  public static let capacity = 1024
  private var bits = InlineArray<16, UInt64>(repeating: 0)

  /// From a list such as `0-3,6`; nil: it is none.
  public init?(_ list: Text) {
    var bits = InlineArray<16, UInt64>(repeating: 0)
    var isGood = true
    list.forEachPart(separatedBy: UInt8(ascii: ",")) { part in
      let (first, last) = part.cut(at: UInt8(ascii: "-")).map { ($0.before, $0.after) } ?? (part, part)
      guard let from = first.decimal(upTo: ProcessorSet.capacity - 1), let to = last.decimal(upTo: ProcessorSet.capacity - 1),
        from <= to
      else {
        isGood = false
        return
      }
      for processor in from...to { bits[processor / 64] |= 1 << UInt64(processor % 64) }
    }
    guard isGood else { return nil }
    self.bits = bits
  }

  /// From a list, or from `node:` and a list of NUMA nodes, whose processors /sys tells. EINVAL where a node is not there.
  public init(resolving words: Text) throws(Errno) {
    let isNodes = words.hasPrefix("node:")
    guard let set = ProcessorSet(isNodes ? words.dropFirst(5) : words) else { throw .invalid }
    guard isNodes else {
      bits = set.bits
      return
    }
    for node in 0..<ProcessorSet.capacity where set.contains(node) {
      guard let processors = ProcessorSet(node: node) else { throw .invalid }
      for word in 0..<16 { bits[word] |= processors.bits[word] }
    }
  }

  /// /sys/devices/system/node/nodeN/cpulist. One with memory only has an empty line.
  private init?(node: Int) {
    guard let file = ProcessFiles.open("/sys/devices/system/node/node\(node)/cpulist") else { return nil }
    var buffer = InlineArray<1024, UInt8>(repeating: 0)
    var span = buffer.mutableSpan
    let set: ProcessorSet? = span.withUnsafeMutableBytes { memory in
      guard let count = try? file.read(into: memory), count > 1 else { return nil }
      return ProcessorSet(Text(UnsafeRawBufferPointer(rebasing: memory[..<(count - 1)]).assumingMemoryBound(to: UInt8.self)))
    }
    if let set { bits = set.bits }
  }

  public func contains(_ processor: Int) -> Bool { bits[processor / 64] & 1 << UInt64(processor % 64) != 0 }

  /// The one processor of which the set is; nil where there are more.
  public var only: Int? {
    var result: Int?
    for processor in 0..<ProcessorSet.capacity where contains(processor) {
      guard result == nil else { return nil }
      result = processor
    }
    return result
  }

  public static func == (left: ProcessorSet, right: ProcessorSet) -> Bool {
    for word in 0..<16 where left.bits[word] != right.bits[word] { return false }
    return true
  }

  /// What a task is bound to, sched_getaffinity(2).
  public init(of task: ProcessID) throws(Errno) {
    _ = try Kernel.lend(&bits) { (address) throws(Errno) in
      try Kernel.call(SYS_sched_getaffinity, UInt(bitPattern: Int(task.rawValue)), 128, address)
    }
  }

  /// Binds a task, sched_setaffinity(2). EINVAL where none of the processors can be had; EPERM for another user's without CAP_SYS_NICE.
  public func bind(_ task: ProcessID) throws(Errno) {
    var set = bits
    _ = try Kernel.lend(&set) { (address) throws(Errno) in
      try Kernel.call(SYS_sched_setaffinity, UInt(bitPattern: Int(task.rawValue)), 128, address)
    }
  }

  /// Whether all of them can be had here: by going there for a moment, since hotplug and the cpusets above have their say too.
  public var areThere: Bool {
    guard let before = try? ProcessorSet(of: .current), (try? bind(.current)) != nil else { return false }
    defer { try? before.bind(.current) }
    guard let got = try? ProcessorSet(of: .current) else { return false }
    return got == self
  }
}

extension ProcessTable {
  /// Calls `body` with each task of a process, /proc/PID/task; with the process itself where there is no /proc.
  public static func forEachTask(of process: ProcessID, _ body: (ProcessID) -> Void) {
    guard let directory = ProcessFiles.open("/proc/\(process)/task") else { return body(process) }
    var scan = csys_pid_scan()
    scan.fd = directory.rawValue
    while true {
      let task = csys_next_pid(&scan)
      guard task > 0 else { return }
      body(ProcessID(task))
    }
  }
}

extension ProcessID {
  /// Its session, getsid(2); nil where there is no such process.
  public var session: ProcessID? {
    let session = getsid(rawValue)
    return session < 0 ? nil : ProcessID(session)
  }
}
