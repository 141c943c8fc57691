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

  /// The path of a file of a worker's group, or with no file's name of the group itself, with a NUL; empty where there are no groups. A
  /// '/' in a name would be another directory. Out of line and not generic: what is called often is there once.
  @inline(never)
  private func path(_ name: Text, _ file: StaticString) -> [UInt8] {
    guard let base else { return [0] }
    var bytes = Array(base.text.bytes)
    bytes.append(contentsOf: Text("/worker.").bytes)
    for byte in name.bytes { bytes.append(byte == UInt8(ascii: "/") ? UInt8(ascii: "!") : byte) }
    bytes.append(contentsOf: Text(file).bytes)
    bytes.append(0)
    return bytes
  }

  @inline(__always)
  func with<Result>(_ name: Text, _ file: StaticString, _ body: (CString) -> Result) -> Result {
    path(name, file).withUnsafeBytes { body(CString(at: $0.assumingMemoryBound(to: CChar.self).baseAddress!)) }
  }

  /// Writes one of the group's files; false where it is not there, or does not take it.
  @inline(never)
  func write(_ text: Text, _ name: Text, _ file: StaticString) -> Bool {
    with(name, file) { (try? FileDescriptor.write(text, to: $0)) != nil }
  }

  /// Makes a worker's group, with its limits, and gives the file that a process joins by; empty where there are no groups.
  /// Calls `complain` with each limit that cannot be set here.
  func make(_ specification: Specification, complain: (StaticString) -> Void) -> [UInt8] {
    let isMade = isThere && with(specification.name, "") { (try? Directory.make($0)) != nil }
    if !set("/memory.max", specification.memoryMaximum, specification.name) { complain("MemoryMax") }
    if !set("/pids.max", specification.taskMaximum, specification.name) { complain("TasksMax") }
    if !set("/cpu.weight", specification.processorWeight, specification.name) { complain("CPUWeight") }
    guard isMade else { return [] }
    var path = path(specification.name, "/cgroup.procs")
    path.removeLast()
    return path
  }

  private func set(_ file: StaticString, _ value: UInt64?, _ name: Text) -> Bool {
    guard let value else { return true }
    let number: Message = "\(Int(clamping: value))"
    return number.withBytes { write(Text($0), name, file) }
  }

  func holds(_ name: Text) -> Bool { with(name, "") { (try? FileStatus(of: $0)) != nil } }

  /// Takes a group away that is empty.
  func remove(_ name: Text) { with(name, "") { Directory.removeEmpty($0) } }

  /// cgroup.kill: everything in it, whatever it forks meanwhile.
  func kill(_ name: Text) { _ = write(Text("1"), name, "/cgroup.kill") }

  func freeze(_ name: Text, _ frost: Supervisor.Frost) -> Bool {
    write(Text(frost == .frozen ? "1" : "0"), name, "/cgroup.freeze")
  }
}
