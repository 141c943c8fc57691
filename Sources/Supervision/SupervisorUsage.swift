import Sys
import Wire

extension Supervisor {
  /// What a worker uses, for `swctl list --watch`. It is read here, because only kthreadd knows which group and which numbers are a
  /// worker's.
  func usage(_ index: Int) -> WorkerUsage {
    var usage = WorkerUsage()
    guard let slot = slots[index] else { return usage }
    usage.begun = slot.worker.begun
    guard slot.process > 0 else { return usage }
    if slot.cgroup == .own {
      // cpu.stat is there without a controller, memory.current is not.
      usage.processorTime = cgroups.number(slot.name, "/cpu.stat", behind: "usage_usec ").map {
        Interval(nanoseconds: Int64($0) * 1000)
      }
      usage.memory = cgroups.number(slot.name, "/memory.current", behind: "").map { UInt64($0) }
    }
    // Else the process alone is what can be told of.
    if usage.processorTime == nil || usage.memory == nil, let process = ProcessUsage(of: ProcessID(slot.process)) {
      usage.processorTime = usage.processorTime ?? process.processorTime
      usage.memory = usage.memory ?? process.memory
    }
    return usage
  }

  /// Tells those who listen that a worker is not in the list any more.
  func announceForgotten(_ index: Int) {
    for client in clients.indices {
      guard let listener = clients[client], listener.isListening == .yes else { continue }
      var reply = Reply(.event, id: listener.listenID)
      reply.fate = .forgotten
      send(frame(reply, about: index), to: client)
    }
  }
}

extension Cgroups {
  /// The number in a file of a worker's group, on the line that begins so; nil when there is none.
  fileprivate func number(_ name: Text, _ file: StaticString, behind start: StaticString) -> Int? {
    guard let path = path(name, file) else { return nil }
    defer { path.pointer.deallocate() }
    var buffer = InlineArray<1024, UInt8>(repeating: 0)
    var span = buffer.mutableSpan
    return span.withUnsafeMutableBytes { memory in
      guard let text = try? FileDescriptor.contents(of: path, into: memory) else { return nil }
      var number: Int?
      text.forEachPart(separatedBy: UInt8(ascii: "\n")) { line in
        guard number == nil, line.hasPrefix(start) else { return }
        number = line.dropFirst(Text(start).count).decimal(upTo: Int(Int64.max / 1000))
      }
      return number
    }
  }
}
