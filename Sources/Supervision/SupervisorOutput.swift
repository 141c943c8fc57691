import Sys
import Wire

extension Supervisor {
  /// Takes what a worker has said.
  func readLog(_ index: Int, _ generation: UInt32) {
    guard let slot = slots[index], slot.generation == generation, slot.log >= 0 else { return }
    if readOnce(index) == .over { closeLog(index) }
  }

  private enum Reading: Sendable { case some, nothing, over }

  private func readOnce(_ index: Int) -> Reading {
    guard let slot = slots[index] else { return .nothing }
    let block = UnsafeMutableRawBufferPointer(rebasing: packet[..<4096])
    let count: Int
    do throws(Errno) { count = try FileDescriptor.read(from: slot.log, into: block) } catch { return .nothing }
    guard count > 0 else {
      say(index, .taken)
      return .over
    }
    let ring = slot.ring ?? LogRing()
    slots[index]?.ring = ring
    let bytes = block.text(count).bytes
    ring.append(bytes)
    say(index, .kept)
    for client in clients.indices where clients[client]?.follows == index {
      send(Supervisor.outputFrame(Text(bytes), clients[client]?.listenID ?? 0), to: client)
    }
    return .some
  }

  /// Takes all that is there: its writer has ended, or will get another pipe.
  func drainLog(_ index: Int) {
    guard let log = slots[index]?.log, log >= 0 else { return }
    // A pipe holds 64 KiB; what children of it that live on say after that is theirs to say again.
    for _ in 0..<256 {
      guard readOnce(index) == .some else { return }
    }
  }

  func closeLog(_ index: Int) {
    guard let log = slots[index]?.log, log >= 0 else { return }
    say(index, .taken)
    events.remove(log)
    FileDescriptor.close(log)
    slots[index]?.log = -1
  }

  /// The last lines of a worker, and all that follow where that was asked for.
  func logs(_ request: Request, _ client: Int, _ index: Int) {
    if let ring = slots[index]?.ring {
      let contents = ring.contents()
      contents.withUnsafeBufferPointer { bytes in
        var rest = bytes
        while !rest.isEmpty {
          let part = UnsafeBufferPointer(rebasing: rest.prefix(4096))
          send(Supervisor.outputFrame(Text(part), request.id), to: client)
          rest = UnsafeBufferPointer(rebasing: rest.dropFirst(part.count))
        }
      }
    }
    guard request.number == 1, clients[client] != nil else { return answer(client, request.id, worker: index) }
    clients[client]?.follows = index
    clients[client]?.listenID = request.id
  }

  private static func outputFrame(_ text: Text, _ id: UInt64) -> FrameBuilder {
    var frame = FrameBuilder(kind: ReplyKind.output.rawValue, id: id)
    frame.add(Tag.text, text)
    return frame
  }

  // MARK: sd_notify(3)

  /// Messages of workers on the socket that NOTIFY_SOCKET names.
  func receiveNotifications() {
    for _ in 0..<64 {
      let message = UnsafeMutableRawBufferPointer(rebasing: packet[..<4096])
      guard let received = try? Packet.receive(into: message, from: notify) else { return }
      // BARRIER=1 sends a descriptor, and waits until it is closed: by then everything before it was heard.
      received.closeDescriptors()
      guard received.count > 0, received.isCut == .no, let sender = received.sender, let index = worker(of: sender.process)
      else { continue }
      handling(index)
      let text = message.text(received.count)
      text.forEachPart(separatedBy: UInt8(ascii: "\n")) { hear($0, index) }
    }
  }

  /// Whose process this is: a worker's own, or where its definition says so one of those below it.
  private func worker(of process: ProcessID) -> Int? {
    if let index = slot(ofProcess: process.rawValue) { return index }
    var current = process
    for _ in 0..<64 {
      guard let entry = ProcessTable.entry(of: current) else { return nil }
      if let index = slot(ofProcess: entry.parent.rawValue) { return slots[index]?.notifyAccess == .all ? index : nil }
      if entry.parent.rawValue <= 1 { return nil }
      current = entry.parent
    }
    return nil
  }

  private func hear(_ line: Text, _ index: Int) {
    guard let (name, value) = line.cut(at: UInt8(ascii: "=")) else { return }
    switch true {
    case name == "READY" && value == "1": apply(.ready, to: index)
    case name == "WATCHDOG" && value == "1": apply(.ping, to: index)
    case name == "WATCHDOG" && value == "trigger": apply(.hang, to: index)
    case name == "STATUS": slots[index]?.text = Array(value.prefix(256).bytes)
    case name == "EXTEND_TIMEOUT_USEC":
      if let time = value.decimal(upTo: 1 << 50) { apply(.extend(Interval(nanoseconds: Int64(time) * 1000)), to: index) }
    default: break
    }
  }
}

extension UnsafeMutableRawBufferPointer {
  /// The first `count` bytes, as text that lies here.
  func text(_ count: Int) -> Text {
    Text(UnsafeBufferPointer(start: UnsafePointer(baseAddress?.assumingMemoryBound(to: UInt8.self)), count: count))
  }
}
