import Sys
import Wire

/// cgroup v2, where the tree can be written: each worker in a group of its own, which can be killed and frozen as one.
public struct Cgroups {
  /// /sys/fs/cgroup and this process's group; nil: there is none to be had.
  private let base: CString?

  public init() {
    base = Cgroups.find()
  }

  private static func find() -> CString? {
    let text = FileDescriptor.text(of: "/proc/self/cgroup")
    var own: Text?
    text.forEachPart(separatedBy: UInt8(ascii: "\n")) { if $0.hasPrefix("0::") { own = $0.dropFirst(3) } }
    guard let own else { return nil }
    let path = CString(copying: Text("/sys/fs/cgroup"), own == "/" ? Text("") : own)
    guard (try? FileStatus(of: CString(copying: path.text, Text("/cgroup.procs")))) != nil, Directory.isWritable(path) else {
      return nil
    }
    return path
  }

  public var isThere: Bool { base != nil }

  /// A name as a directory's: '/' in it would be another.
  private func path(_ name: Text, _ file: Text) -> CString? {
    guard let base else { return nil }
    var bytes: [UInt8] = []
    for byte in name.bytes { bytes.append(byte == UInt8(ascii: "/") ? UInt8(ascii: "!") : byte) }
    return bytes.withUnsafeBufferPointer { CString(copying: base.text, Text("/worker."), Text($0), file) }
  }

  /// Makes a worker's group, with its limits; nil where there are no groups.
  func make(_ specification: Specification) -> CString? {
    guard let directory = path(specification.name, Text("")) else { return nil }
    do throws(Errno) { try Directory.make(directory) } catch { return nil }
    set("/memory.max", specification.memoryMaximum, specification.name)
    set("/pids.max", specification.taskMaximum, specification.name)
    set("/cpu.weight", specification.processorWeight, specification.name)
    return path(specification.name, Text("/cgroup.procs"))
  }

  private func set(_ file: StaticString, _ value: UInt64?, _ name: Text) {
    guard let value, let path = path(name, Text(file)) else { return }
    let number: Message = "\(Int(clamping: value))"
    number.withBytes { try? FileDescriptor.write(Text($0), to: path) }
  }

  func holds(_ name: Text) -> Bool {
    guard let directory = path(name, Text("")) else { return false }
    return (try? FileStatus(of: directory)) != nil
  }

  /// cgroup.kill: everything in it, whatever it forks meanwhile.
  func kill(_ name: Text) {
    guard let file = path(name, Text("/cgroup.kill")) else { return }
    try? FileDescriptor.write(Text("1"), to: file)
  }

  func freeze(_ name: Text, _ frost: Supervisor.Frost) -> Bool {
    guard let file = path(name, Text("/cgroup.freeze")) else { return false }
    return (try? FileDescriptor.write(Text(frost == .frozen ? "1" : "0"), to: file)) != nil
  }
}
