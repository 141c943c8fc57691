import Sys
import Wire

/// cgroup v2, where the tree can be written: each worker in a group of its own, which can be killed and frozen as one.
struct Cgroups {
  /// /sys/fs/cgroup and the container's group, where it can be written; nil: there is none to be had.
  let base: CString?
  /// The same also where it can only be read.
  let own: CString?
  /// The controllers that the groups below it have.
  var enabled: Controllers = []
  /// Why not all, where nothing better is known.
  var trouble = ControllerTrouble.none

  init(_ leaf: Leaf) {
    own = Cgroups.find(leaf)
    guard let own else {
      base = nil
      trouble = .noTree
      return
    }
    // The root of all groups is a machine's and not a container's.
    if Cgroups.isRoot(own) { trouble = .isRoot } else if !Directory.isWritable(own) { trouble = .notWritable }
    base = trouble == .none ? own : nil
  }

  /// The group that this process is in, or where it was put into a leaf the one above that; in the root of all groups, what a machine's
  /// PID 1 has made below it.
  private static func find(_ leaf: Leaf) -> CString? {
    var own: Text?
    FileDescriptor.text(of: "/proc/self/cgroup").forEachPart(separatedBy: UInt8(ascii: "\n")) {
      if $0.hasPrefix("0::") { own = $0.dropFirst(3) }
    }
    guard var own, let mount = mountPoint() else { return nil }
    let name = Text(Cgroups.leaf)
    if leaf == .made, own.count >= name.count, own.dropFirst(own.count - name.count) == name { own = own.dropLast(name.count) }
    let path = CString(copying: mount, own == "/" ? Text("") : own)
    guard Cgroups.isRoot(path) else { return path }
    let machine = CString(copying: path.text, Text(MachineCgroup.name))
    return (try? FileStatus(of: machine)) == nil ? path : machine
  }

  private static func isRoot(_ path: CString) -> Bool {
    (try? FileStatus(of: CString(copying: path.text, Text("/cgroup.type")))) == nil
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

  /// The path of a file of a worker's group, or with no file's name of the group itself; nil where there are no groups. It is the caller's
  /// to give back. A '/' in a name would be another directory.
  @inline(never)
  func path(_ name: Text, _ file: StaticString) -> CString? {
    guard let base else { return nil }
    let path = CString(copying: base.text, Text("/worker."), name, Text(file))
    let start = UnsafeMutablePointer(mutating: path.pointer) + base.text.count + 8
    for index in 0..<name.count where name[index] == UInt8(ascii: "/") { start[index] = CChar(UInt8(ascii: "!")) }
    return path
  }

  /// Writes to a file of a worker's group.
  @inline(never)
  func write(_ value: Text, _ name: Text, _ file: StaticString) -> Written {
    guard let path = path(name, file) else { return .no }
    defer { path.pointer.deallocate() }
    return (try? FileDescriptor.write(value, to: path)) != nil ? .yes : .no
  }

  enum Written: Sendable { case yes, no }

  /// Makes a worker's group.
  func make(_ name: Text) -> Slot.Cgroup {
    guard let path = path(name, "") else { return .none }
    defer { path.pointer.deallocate() }
    return (try? Directory.make(path)) != nil ? .own : .none
  }

  /// Sets a limit.
  func set(_ file: StaticString, _ value: UInt64, of name: Text) -> Written {
    let number: Message = "\(Int(clamping: value))"
    return number.withBytes { write(Text($0), name, file) }
  }

  /// Its directory, for clone3(2); -1 where it cannot be opened.
  func open(_ name: Text) -> Int32 {
    guard let path = path(name, "") else { return -1 }
    defer { path.pointer.deallocate() }
    return (try? FileDescriptor(opening: path, .read).release()) ?? -1
  }

  func holds(_ name: Text) -> Bool {
    guard let path = path(name, "") else { return false }
    defer { path.pointer.deallocate() }
    return (try? FileStatus(of: path)) != nil
  }

  /// Takes a group away that is empty.
  func remove(_ name: Text) {
    guard let path = path(name, "") else { return }
    Directory.removeEmpty(path)
    path.pointer.deallocate()
  }

  /// cgroup.kill: everything in it, whatever it forks meanwhile.
  func kill(_ name: Text) { _ = write(Text("1"), name, "/cgroup.kill") }

  func freeze(_ name: Text, _ frost: Supervisor.Frost) -> Bool {
    write(Text(frost == .frozen ? "1" : "0"), name, "/cgroup.freeze") == .yes
  }
}
