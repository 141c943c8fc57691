import CSys

/// What a process holds on to, proc(5). Reading it allocates nothing.
public enum ProcessFiles {
  public enum Use: Sendable {
    case workingDirectory, root, program, file, mapping

    /// Fits behind a process's name.
    public var text: StaticString {
      switch self {
      case .workingDirectory: "working directory"
      case .root: "root"
      case .program: "program"
      case .file: "open file"
      case .mapping: "mapping"
      }
    }
  }

  /// A device's number, as the kernel shows it.
  public typealias Device = (major: UInt32, minor: UInt32)

  /// What of a process is on a file system that `isWanted`; the first that is found. At most `limit` open files are looked at.
  public static func use(of process: ProcessID, limit: Int = 1024, _ isWanted: (Device) -> Bool) -> Use? {
    if lies(on: path(of: .workingDirectory, process), isWanted) { return .workingDirectory }
    if lies(on: path(of: .root, process), isWanted) { return .root }
    if lies(on: path(of: .program, process), isWanted) { return .program }
    if hasOpen(process, limit, isWanted) { return .file }
    return hasMapped(process, isWanted) ? .mapping : nil
  }

  private static func lies(on path: Message, _ isWanted: (Device) -> Bool) -> Bool {
    withPath(path) { path in (try? FileStatus(of: path)).map { isWanted(DeviceNode.parts(of: $0.device)) } == true }
  }

  private static func withPath<Result>(_ path: Message, _ body: (CString) -> Result) -> Result {
    var path = path
    path.append(byte: 0)
    return path.withBytes { body(CString(at: UnsafeRawPointer($0.baseAddress!).assumingMemoryBound(to: CChar.self))) }
  }

  static func open(_ path: Message) -> FileDescriptor? {
    var file: FileDescriptor?
    withPath(path) { file = try? FileDescriptor(opening: $0, .read) }
    return file
  }

  @inline(never)
  private static func path(of use: Use, _ process: ProcessID) -> Message {
    switch use {
    case .workingDirectory: "/proc/\(process)/cwd"
    case .root: "/proc/\(process)/root"
    case .program: "/proc/\(process)/exe"
    case .file: "/proc/\(process)/fd"
    case .mapping: "/proc/\(process)/maps"
    }
  }

  private static func hasOpen(_ process: ProcessID, _ limit: Int, _ wanted: (Device) -> Bool) -> Bool {
    let path = path(of: .file, process)
    // The scan knows pids, of which none is 0.
    if lies(on: "\(path)/0", wanted) { return true }
    guard let directory = open(path) else { return false }
    var scan = csys_pid_scan()
    scan.fd = directory.rawValue
    for _ in 0..<limit {
      let number = csys_next_pid(&scan)
      guard number > 0 else { return false }
      if lies(on: "\(path)/\(number)", wanted) { return true }
    }
    return false
  }

  private static func hasMapped(_ process: ProcessID, _ isWanted: (Device) -> Bool) -> Bool {
    guard let file = open(path(of: .mapping, process)) else { return false }
    var found = false
    file.forEachLine { line in
      if !found, let device = device(ofMapping: line) { found = isWanted(device) }
    }
    return found
  }

  /// `7f00-7fff r-xp 00000000 fe:01 1234 /lib/libc.so`: the fourth field, in hexadecimal. nil for memory without a file.
  static func device(ofMapping line: Text) -> Device? {
    var number = 0
    var result: Device?
    var hasFile = false
    line.forEachPart(separatedBy: UInt8(ascii: " ")) { field in
      number += 1
      if number == 4, let (major, minor) = field.cut(at: UInt8(ascii: ":")), let major = major.hexadecimal,
        let minor = minor.hexadecimal
      {
        result = (major, minor)
      }
      if number == 5 { hasFile = !(field == "0") }
    }
    return hasFile ? result : nil
  }
}

extension Text {
  fileprivate var hexadecimal: UInt32? {
    guard !isEmpty, count <= 8 else { return nil }
    var value: UInt32 = 0
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return value
  }
}

extension FileDescriptor {
  /// Calls `body` with each line of at most 4 KiB of what is to be read; of a longer one with its beginning. Allocates nothing.
  public func forEachLine(_ body: (Text) -> Void) {
    var buffer = InlineArray<4096, UInt8>(repeating: 0)
    var span = buffer.mutableSpan
    span.withUnsafeMutableBytes { memory in
      var filled = 0
      var isCut = false
      while true {
        let room = UnsafeMutableRawBufferPointer(rebasing: memory[filled...])
        guard let count = try? read(into: room), count > 0 else { break }
        filled += count
        var start = 0
        while let end = memory[start..<filled].firstIndex(of: UInt8(ascii: "\n")) {
          if !isCut { body(FileDescriptor.text(memory, start..<end)) }
          isCut = false
          start = end + 1
        }
        if start == 0, filled == memory.count {
          if !isCut { body(FileDescriptor.text(memory, 0..<filled)) }
          isCut = true
          start = filled
        }
        for index in start..<filled { memory[index - start] = memory[index] }
        filled -= start
      }
      if filled > 0, !isCut { body(FileDescriptor.text(memory, 0..<filled)) }
    }
  }

  private static func text(_ memory: UnsafeMutableRawBufferPointer, _ range: Range<Int>) -> Text {
    Text(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[range]).assumingMemoryBound(to: UInt8.self))
  }
}
