import Sys

/// The processes that are left when the command has ended: for PID 1 all of its namespace, for a subreaper its descendants.
struct Rest {
  enum Init {
    case pidOne, subreaper
  }

  private let isInit: Init
  /// The group that the command led, for a subreaper that cannot see its descendants.
  private let group: ProcessID?

  init(_ isInit: Init, group: ProcessID?) {
    self.isInit = isInit
    self.group = group
  }

  /// Sends `signal` to each of them.
  func send(_ signal: Signal) {
    guard isInit == .subreaper else {
      try? ProcessID.sendToAll(signal)
      return
    }
    let listing = forEach { try? $0.process.send(signal) }
    if listing == .impossible, let group { try? group.sendToGroup(signal) }
  }

  /// Asks those to end that were started after `round`: a process that is asked in the midst of a fork forks nevertheless.
  func terminateNewcomers(since round: Instant) {
    forEach { entry in
      guard round < entry.started + ProcessTable.tick else { return }
      try? entry.process.send(.terminate)
      try? entry.process.send(.resume)
    }
  }

  enum Listing {
    case complete
    /// There is no /proc, or not this namespace's.
    case impossible
  }

  /// Calls `body` with each of them that is not a zombie.
  @discardableResult
  func forEach(_ body: (ProcessTable.Entry) -> Void) -> Listing {
    guard var table = ProcessTable() else { return .impossible }
    let own = ProcessID.current
    while let entry = table.next() {
      guard entry.process != own, entry.state == .alive else { continue }
      if isInit == .pidOne || ProcessTable.isDescendant(entry, of: own) { body(entry) }
    }
    return .complete
  }

  /// When there is no child left: one that came into the namespace from outside (`docker exec`). A subreaper has no such.
  var foreigner: ProcessID? {
    guard isInit == .pidOne, ProcessID.othersExist else { return nil }
    var found: ProcessID?
    forEach { if found == nil { found = $0.process } }
    return found
  }

  /// Names up to eight of them, and counts the others: `2 processes: sleep (17), sh (21)`.
  var names: Message {
    var list = Message()
    var count = 0
    forEach { entry in
      count += 1
      guard count <= 8 else { return }
      if count > 1 { list.append(", ") }
      entry.name.withText { list.append(word: $0) }
      list.append(contentsOf: " (\(entry.process))")
    }
    if count > 8 { list.append(contentsOf: " and \(count - 8) more") }
    if count == 0 { return "processes that /proc does not show" }
    let noun: StaticString = count == 1 ? "process" : "processes"
    return "\(count) \(noun): \(list)"
  }
}
