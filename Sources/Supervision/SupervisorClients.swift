import Sys
import Wire

extension Supervisor {
  /// Takes new clients in: root, who swinit runs as, and the control group. Everybody else is refused, and it is said.
  func accept() {
    for _ in 0..<16 {
      guard let socket = acceptOne() else { return }
      guard mayControl(socket) else {
        sayRefusal(socket)
        refuse(socket, .notPermitted)
        continue
      }
      guard let place = freeClient() else {
        refuse(socket, .again)
        continue
      }
      nextClientGeneration &+= 1
      let number = socket.release()
      clients[place] = Client(socket: number, generation: nextClientGeneration)
      try? events.add(number, .readable, key: Source.client.key(place, nextClientGeneration))
    }
  }

  /// The next one who waits. Where no descriptor is left, one is kept in reserve: whoever knocks is turned away, and not left to knock for
  /// ever.
  private func acceptOne() -> Socket? {
    do throws(Errno) { return try Socket.accept(from: control) } catch {
      guard error == .tooManyFiles else { return nil }
      FileDescriptor.close(reserve)
      if let socket = try? Socket.accept(from: control) { refuse(socket, error) }
      reserve = (try? FileDescriptor.duplicate(null.rawValue)) ?? -1
      return nil
    }
  }

  private func refuse(_ socket: borrowing Socket, _ error: Errno) {
    socket.hearNoMore()
    var reply = Reply(.done, id: 0)
    reply.error = error
    reply.frame().bytes.withUnsafeBytes { try? Packet.send($0, over: socket.rawValue) }
  }

  private func freeClient() -> Int? {
    for index in clients.indices where clients[index] == nil { return index }
    guard clients.count < Supervisor.clientLimit else { return nil }
    clients.append(nil)
    return clients.count - 1
  }

  /// A client has gone, or has to: what it waited for is not waited for, and a create that was not finished is undone.
  func close(client index: Int) {
    guard let client = clients[index] else { return }
    events.remove(client.socket)
    FileDescriptor.close(client.socket)
    if client.isListening == .yes { listeners -= 1 }
    clients[index] = nil
    guard client.waits > 0 else { return }
    var abandoned: [Int] = []
    waits.removeAll { wait in
      guard wait.client == index, wait.clientGeneration == client.generation else { return false }
      slots[wait.slot]?.waits -= 1
      if wait.bond == .cancels { abandoned.append(wait.slot) }
      return true
    }
    for slot in abandoned {
      apply(.stop, to: slot)
    }
  }

  /// Reads one frame of a client. One that cannot be read gets its error, and costs its sender the connection.
  func receive(fromClient index: Int, _ generation: UInt32) {
    guard let client = clients[index], client.generation == generation else { return }
    let received: Packet.Received
    do throws(Errno) {
      received = try Packet.receive(into: packet, from: client.socket)
    } catch {
      if error != .again { close(client: index) }
      return
    }
    received.closeDescriptors()
    guard received.count > 0 else { return close(client: index) }
    let text = packet.text(received.count)
    do throws(WireError) {
      if received.isCut == .yes { throw .oversized }
      let subject = Subject.request(Supervisor.hash(text), UInt64(text.count))
      guard !table.refuses(subject) else { throw .quarantined }
      table.handling = subject
      obey(try Request(try FrameReader(text)), index)
    } catch {
      var reply = Reply(.done, id: 0)
      reply.error = error.errno
      send(reply, to: index)
      close(client: index)
    }
  }

  /// Sends a frame to a client. One that does not read loses its connection, not others their time.
  func send(_ reply: Reply, to index: Int) { send(reply.frame(), to: index) }

  func send(_ frame: FrameBuilder, to index: Int) {
    guard let client = clients[index] else { return }
    var failure: Errno?
    frame.bytes.withUnsafeBytes { bytes in
      do throws(Errno) { try Packet.send(bytes, over: client.socket) } catch { failure = error }
    }
    if failure != nil { close(client: index) }
  }

  /// Answers a request: done, or why not, and how the worker is.
  func answer(_ client: Int, _ id: UInt64, _ error: Errno = Errno(0), stage: Stage = .none, worker: Int? = nil) {
    var reply = Reply(.done, id: id)
    reply.error = error
    reply.stage = stage
    send(worker.map { frame(reply, about: $0) } ?? reply.frame(), to: client)
  }

  /// What is told of a worker.
  func status(_ index: Int) -> WorkerStatus {
    var status = WorkerStatus()
    guard let slot = slots[index] else { return status }
    status.name = slot.name
    status.state = slot.worker.state
    status.process = slot.process > 0 ? ProcessID(slot.process) : nil
    status.restarts = UInt64(slot.worker.restarts)
    status.since = slot.worker.since
    status.ending = slot.worker.ending
    status.dropped = slot.dropped
    status.oomKills = UInt64(slot.oomKills)
    status.cause = slot.marks.contains(.endedForMemory) ? .memory : .unnamed
    status.wanting = slot.wanting
    if !slot.wanting.isEmpty { status.because = cgroups.trouble(with: slot.wanting) }
    if let binding = slot.binding { status.binding = binding }
    status.control = slot.cgroup == .own ? Text("cgroup") : Text("process group")
    return status
  }

  /// A reply with what is told of a worker.
  func frame(_ reply: Reply, about index: Int) -> FrameBuilder {
    var reply = reply
    reply.worker = status(index)
    var frame = reply.frame()
    if let text = slots[index]?.text, !text.isEmpty { text.withUnsafeBufferPointer { frame.add(Tag.text, Text($0)) } }
    return frame
  }

  // MARK: answers that wait

  /// Notes that a client is to be told of something, and looks whether it is so already.
  func wait(_ client: Int, _ id: UInt64, _ slot: Int, _ moment: Wait.Moment, _ bond: Wait.Bond = .none) {
    guard let generation = clients[client]?.generation else { return }
    waits.append(Wait(client: client, clientGeneration: generation, id: id, slot: slot, moment: moment, bond: bond))
    slots[slot]?.waits += 1
    clients[client]?.waits += 1
    answer(slot)
  }

  /// Answers those who wait for what has happened to this worker.
  func answer(_ index: Int) {
    var place = 0
    while place < waits.count {
      let wait = waits[place]
      guard wait.slot == index, let verdict = verdict(wait.moment, index) else {
        place += 1
        continue
      }
      waits.remove(at: place)
      slots[index]?.waits -= 1
      clients[wait.client]?.waits -= 1
      answer(wait.client, wait.id, verdict.error, stage: verdict.stage, worker: index)
    }
  }

  private func verdict(_ moment: Wait.Moment, _ index: Int) -> (error: Errno, stage: Stage)? {
    guard let worker = slots[index]?.worker else { return (.noEntry, .none) }
    let done: (Errno, Stage) = (Errno(0), .none)
    switch moment {
    case .ended: return worker.state == .ended ? done : nil
    case .created:
      switch worker.state {
      case .created, .starting, .running, .parked: return done
      case .ended, .backoff, .quarantined: return failure(worker)
      case .waiting, .creating, .stopping, .killing: return nil
      }
    case .awake:
      switch worker.state {
      case .ended, .backoff, .quarantined: return failure(worker)
      case .stopping, .killing:
        // One that is to start again has its next life still before it.
        return worker.begun == nil || worker.target == .awake ? nil : done
      case .starting, .running, .parked: return worker.begun == nil ? nil : done
      case .waiting, .creating, .created: return nil
      }
    case .flushed(let target): return flushVerdict(index, target)
    case .ready:
      if worker.isReady { return done }
      return worker.state == .ended ? failure(worker) : nil
    }
  }

  private func failure(_ worker: Worker) -> (Errno, Stage) {
    if case .failed(let stage, let error) = worker.ending { return (error, stage) }
    // It ran, and has ended again.
    return (worker.begun == nil ? .interrupted : Errno(0), .none)
  }
}
