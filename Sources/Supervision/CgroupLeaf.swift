import Sys
import Wire

// The limits of workers need controllers in the container's cgroup.subtree_control, and no process may be in a group that has some there. So
// PID 1 and kthreadd, and with PID 1 the command, which is started later, get a group of their own below it.

extension Cgroups {
  enum Leaf: Sendable { case none, made }

  static let leaf: StaticString = "/init"

  private static let one: [Controllers] = [.memory, .tasks, .processors]

  /// A file of the container's group, or of a group below it.
  @inline(never)
  private func path(_ base: CString, _ leaf: StaticString, _ file: StaticString) -> CString {
    CString(copying: base.text, Text(leaf), Text(file))
  }

  /// Which controllers a file names.
  private static func read(_ path: CString) -> Controllers {
    var result: Controllers = []
    let text = FileDescriptor.text(of: path)
    text.prefix(text.firstIndex(of: UInt8(ascii: "\n")) ?? text.count).forEachPart(separatedBy: UInt8(ascii: " ")) { word in
      for controller in one where word == controller.name { result.insert(controller) }
    }
    return result
  }

  /// Has the groups below the container's get the controllers that it has. Only PID 1 and this process are moved: nothing else is there
  /// when kthreadd begins, and what is not swinit's is not touched. Where it is in vain it is undone.
  mutating func settle(_ table: WorkerTable) {
    guard let base else { return }
    let available = Cgroups.read(path(base, "", "/cgroup.controllers"))
    let control = path(base, "", "/cgroup.subtree_control")
    enabled = Cgroups.read(control).intersection(available)
    if available != .all { trouble = .notDelegated }
    guard !available.isSubset(of: enabled) else { return }
    // Written down before: another kthreadd finds itself in the leaf.
    table.leaf = .made
    do throws(Errno) {
      try Directory.make(path(base, Cgroups.leaf, ""))
      let processes = path(base, Cgroups.leaf, "/cgroup.procs")
      try Cgroups.move(.parent, to: processes)
      try FileDescriptor.write(Text("0"), to: processes)
    } catch {
      trouble = .refused
      return undo(table)
    }
    for controller in Cgroups.one where available.contains(controller) && !enabled.contains(controller) {
      do throws(Errno) {
        try Cgroups.turn("+", controller, control)
        enabled.insert(controller)
      } catch {
        trouble = error == .busy ? .occupied : .refused
      }
    }
    undo(table)
  }

  /// Where nothing was gained nothing stays.
  private mutating func undo(_ table: WorkerTable) {
    guard enabled.isEmpty else { return }
    unsettle()
    table.leaf = .none
  }

  /// Turns a controller on or off for the groups below.
  @inline(never)
  private static func turn(_ sign: StaticString, _ controller: Controllers, _ control: CString) throws(Errno) {
    try FileDescriptor.write(CString(copying: Text(sign), Text(controller.name)).text, to: control)
  }

  @inline(never)
  private static func move(_ process: ProcessID, to processes: CString) throws(Errno) {
    let number: Message = "\(process)"
    var failure: Errno?
    number.withBytes { bytes in
      do throws(Errno) { try FileDescriptor.write(Text(bytes), to: processes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// The container's group as it was: no controllers below it, its processes in it, and no leaf. Needs the workers' groups gone.
  mutating func unsettle() {
    guard let base else { return }
    let control = path(base, "", "/cgroup.subtree_control")
    for controller in Cgroups.one where enabled.contains(controller) {
      try? Cgroups.turn("-", controller, control)
    }
    enabled = []
    let processes = path(base, "", "/cgroup.procs")
    let leaf = path(base, Cgroups.leaf, "/cgroup.procs")
    // One that forks meanwhile is there again; who forks for ever stays.
    for _ in 0..<16 {
      var isEmpty = true
      FileDescriptor.text(of: leaf).forEachPart(separatedBy: UInt8(ascii: "\n")) { line in
        guard let number = line.decimal(upTo: Int(Int32.max)), number > 0 else { return }
        isEmpty = false
        try? Cgroups.move(ProcessID(Int32(number)), to: processes)
      }
      if isEmpty { break }
    }
    Directory.removeEmpty(path(base, Cgroups.leaf, ""))
  }

  /// Takes all groups of workers away, when everything has ended. What was killed a moment ago is waited for, at most a second.
  func clear() {
    guard let base else { return }
    var names: [CString] = []
    try? Directory.forEach(in: base) { if $0.hasPrefix("worker.") { names.append(CString(copying: $0)) } }
    let deadline = Instant.now + .seconds(1)
    for name in names {
      let path = CString(copying: base.text, Text("/"), name.text)
      while Directory.removeEmpty(path) == .busy, deadline > .now {
        let events = CString(copying: path.text, Text("/cgroup.events"))
        if FileWatch.waitForChange(of: events, while: "populated 1", until: deadline) { continue }
        // It may have become empty in between.
        Directory.removeEmpty(path)
        break
      }
    }
  }

  /// Why a limit of this controller has no effect.
  func trouble(with wanting: Controllers) -> ControllerTrouble {
    if wanting.isEmpty { return .none }
    return trouble == .none || wanting.isSubset(of: enabled) ? .refused : trouble
  }

  // MARK: memory.events

  /// How many processes of the container were killed for lack of memory; nil where nobody says.
  @inline(never)
  func kills() -> UInt32? {
    // In the hierarchies of v1 a container sees its own group there.
    let old: CString = "/sys/fs/cgroup/memory/memory.oom_control"
    guard let own else { return MemoryEvents.kills(in: old) }
    let path = CString(copying: own.text, Text("/memory.events"))
    defer { path.pointer.deallocate() }
    return MemoryEvents.kills(in: path) ?? MemoryEvents.kills(in: old)
  }

  /// How many of a worker; nil where it has no group that counts.
  @inline(never)
  func kills(in slot: Slot) -> UInt32? {
    guard slot.cgroup == .own, enabled.contains(.memory), let path = path(slot.name, "/memory.events") else { return nil }
    defer { path.pointer.deallocate() }
    return MemoryEvents.kills(in: path)
  }

  /// Has `watch` tell of its memory.events.
  func watch(_ slot: Slot, _ watch: Int32) {
    guard let path = path(slot.name, "/memory.events") else { return }
    try? FileWatch.add(path, to: watch)
    path.pointer.deallocate()
  }
}
