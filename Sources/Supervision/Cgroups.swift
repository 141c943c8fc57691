import Sys
import Wire

/// cgroup v2, where the tree can be written: each worker in a group of its own, which can be killed and frozen as one.
public struct Cgroups {
  /// /sys/fs/cgroup and this process's group; nil: there is none to be had.
  private let base: CString?

  public init() {
    base = Cgroups.find()
  }

  /// The group that this process is in, where it can be written. Not the root of all groups, which is a machine's and not a container's.
  private static func find() -> CString? {
    var own: Text?
    FileDescriptor.text(of: "/proc/self/cgroup").forEachPart(separatedBy: UInt8(ascii: "\n")) {
      if $0.hasPrefix("0::") { own = $0.dropFirst(3) }
    }
    guard let own, let mount = mountPoint() else { return nil }
    let path = CString(copying: mount, own == "/" ? Text("") : own)
    let isRoot = (try? FileStatus(of: CString(copying: path.text, Text("/cgroup.type")))) == nil
    return isRoot || !Directory.isWritable(path) ? nil : path
  }

  /// Where cgroup v2 is mounted: the second word of the line in /proc/self/mounts whose third is cgroup2.
  private static func mountPoint() -> Text? {
    var result: Text?
    FileDescriptor.text(of: "/proc/self/mounts").forEachPart(separatedBy: UInt8(ascii: "\n")) { line in
      guard let (_, rest) = line.cut(at: UInt8(ascii: " ")), let (place, more) = rest.cut(at: UInt8(ascii: " ")) else { return }
      if more.hasPrefix("cgroup2 ") { result = place }
    }
    return result
  }

  public var isThere: Bool { base != nil }

  /// A file of a worker's group, or with no file's name the group itself; nil where there are no groups. A '/' in a name would be another
  /// directory.
  func with<Result>(_ name: Text, _ file: StaticString, _ body: (CString) -> Result) -> Result? {
    guard let base else { return nil }
    var bytes = Array(base.text.bytes)
    bytes.append(contentsOf: Text("/worker.").bytes)
    for byte in name.bytes { bytes.append(byte == UInt8(ascii: "/") ? UInt8(ascii: "!") : byte) }
    bytes.append(contentsOf: Text(file).bytes)
    bytes.append(0)
    return bytes.withUnsafeBytes { body(CString(at: $0.assumingMemoryBound(to: CChar.self).baseAddress!)) }
  }

  /// Makes a worker's group, with its limits, and gives the file that a process joins by; empty where there are no groups.
  /// Calls `complain` with each limit that cannot be set here.
  func make(_ specification: Specification, complain: (StaticString) -> Void) -> [UInt8] {
    let isMade = with(specification.name, "") { (try? Directory.make($0)) != nil } ?? false
    if !set("/memory.max", specification.memoryMaximum, specification.name) { complain("MemoryMax") }
    if !set("/pids.max", specification.taskMaximum, specification.name) { complain("TasksMax") }
    if !set("/cpu.weight", specification.processorWeight, specification.name) { complain("CPUWeight") }
    guard isMade else { return [] }
    return with(specification.name, "/cgroup.procs") { Array($0.text.bytes) } ?? []
  }

  private func set(_ file: StaticString, _ value: UInt64?, _ name: Text) -> Bool {
    guard let value else { return true }
    let number: Message = "\(Int(clamping: value))"
    return with(name, file) { path in number.withBytes { (try? FileDescriptor.write(Text($0), to: path)) != nil } } ?? false
  }

  func holds(_ name: Text) -> Bool { with(name, "") { (try? FileStatus(of: $0)) != nil } ?? false }

  /// Takes a group away that is empty.
  func remove(_ name: Text) { _ = with(name, "") { Directory.removeEmpty($0) } }

  /// cgroup.kill: everything in it, whatever it forks meanwhile.
  func kill(_ name: Text) { _ = with(name, "/cgroup.kill") { try? FileDescriptor.write(Text("1"), to: $0) } }

  func freeze(_ name: Text, _ frost: Supervisor.Frost) -> Bool {
    with(name, "/cgroup.freeze") { (try? FileDescriptor.write(Text(frost == .frozen ? "1" : "0"), to: $0)) != nil } ?? false
  }
}
