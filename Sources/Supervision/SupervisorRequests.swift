import Sys
import Wire

extension Supervisor {
  /// Does what a client has asked for.
  func obey(_ request: Request, _ client: Int) {
    // What a client waits for takes memory here, so it has an end.
    if clients[client]?.waits ?? 0 >= Supervisor.waitLimit { return answer(client, request.id, .again) }
    switch request.verb {
    case .create, .run: create(request, client)
    case .list, .usage: list(request, client)
    case .events:
      if clients[client]?.isListening == .no { listeners += 1 }
      clients[client]?.isListening = .yes
      clients[client]?.listenID = request.id
      answer(client, request.id)
    case .upgrade: upgrade(request, client)
    case .health: answerHealth(request.id, client, firstOutOfPlace)
    default:
      guard let index = slot(named: request.name) else { return answer(client, request.id, .noEntry) }
      obey(request, client, index)
    }
  }

  private func obey(_ request: Request, _ client: Int, _ index: Int) {
    guard let worker = slots[index]?.worker else { return }
    if worker.state == .quarantined { return obeyQuarantined(request, client, index) }
    let id = request.id
    switch request.verb {
    case .status: answer(client, id, worker: index)
    case .wake:
      guard worker.isThere || worker.state == .backoff else { return answer(client, id, .noProcess, worker: index) }
      apply(.wake, to: index)
      wait(client, id, index, .awake)
    case .start:
      guard phase == .serving else { return answer(client, id, .interrupted) }
      apply(isBlocked(index) ? .hold(.awake) : .start(.awake), to: index)
      wait(client, id, index, .awake)
    case .restart:
      guard phase == .serving else { return answer(client, id, .interrupted) }
      apply(.stop, to: index)
      apply(.start(.awake), to: index)
      wait(client, id, index, .awake)
    case .stop:
      apply(.stop, to: index)
      wait(client, id, index, .ended)
    case .wait: wait(client, id, index, .ended)
    case .waitReady: wait(client, id, index, .ready)
    case .park:
      switch worker.state {
      case .parked: answer(client, id, .busy, worker: index)
      case .running, .starting, .created:
        apply(.park, to: index)
        answer(client, id, worker: index)
      default: answer(client, id, .notImplemented, worker: index)
      }
    case .unpark:
      apply(.unpark, to: index)
      answer(client, id, worker: index)
    case .kill:
      guard let signal = Signal(number: Int(clamping: request.number)) else { return answer(client, id, .invalid) }
      guard worker.begun != nil, let process = slots[index]?.process, process > 0 else {
        return answer(client, id, .noProcess, worker: index)
      }
      send(signal, to: index)
      answer(client, id, worker: index)
    case .logs: logs(request, client, index)
    case .bind: bind(request, client, index)
    case .queue: queue(request, client, index)
    case .flush: flush(request, client, index)
    case .forget:
      guard worker.state == .ended, slots[index]?.waits == 0 else { return answer(client, id, .busy, worker: index) }
      // As it was: behind this there is nothing to tell of.
      answer(client, id, worker: index)
      forget(index)
    case .create, .run, .list, .events, .health, .usage, .upgrade: break
    }
  }

  /// kthread_create() and kthread_run(). The same request twice is one: its worker is found by the request's id.
  private func create(_ request: Request, _ client: Int) {
    guard let specification = request.specification else { return }
    guard phase == .serving else { return answer(client, request.id, .interrupted) }
    let moment: Wait.Moment = request.verb == .create ? .created : .awake
    if let old = slot(named: specification.name), let slot = slots[old], slot.request == request.id, request.id != 0 {
      return wait(client, request.id, old, moment)
    }
    guard !queue.isFull else { return answer(client, request.id, .again) }
    do throws(Errno) {
      let index = try add(specification, request: request.id, .new)
      let target: Worker.Target = request.verb == .create ? .created : .awake
      apply(isBlocked(index) ? .hold(target) : .start(target), to: index)
      wait(client, request.id, index, moment, .cancels)
    } catch {
      answer(client, request.id, error)
    }
  }

  /// One page: as many workers as fit, and where the next page begins. The client asks again, so nothing is kept for it here.
  private func list(_ request: Request, _ client: Int) {
    var index = Int(clamping: request.number)
    var sent = 0
    while index < slots.count, sent < 64 {
      if slots[index] != nil {
        var reply = Reply(.worker, id: request.id)
        if request.verb == .usage { reply.usage = usage(index) }
        send(frame(reply, about: index), to: client)
        sent += 1
      }
      index += 1
    }
    var end = Reply(.done, id: request.id)
    end.next = index < slots.count ? UInt64(index) : 0
    send(end, to: client)
  }

  /// A worker that is not where it is meant to be; nil: each is.
  private var firstOutOfPlace: Int? {
    for index in slots.indices {
      guard let worker = slots[index]?.worker else { continue }
      switch worker.state {
      case .backoff, .waiting, .creating, .starting, .quarantined: return index
      case .ended: if case .exited(0) = worker.ending { continue } else if worker.target != .ended { return index }
      case .created, .running, .parked, .stopping, .killing: continue
      }
    }
    return nil
  }

  // MARK: events

  /// Tells those who listen that a worker has come to another state; and people, where it is a failure.
  func announce(_ index: Int, _ before: WorkerState) {
    if let slot = slots[index] { explain(slot, before) }
    tellListeners(index)
  }

  /// Sends an event to those who listen.
  func tellListeners(_ index: Int) {
    guard listeners > 0 else { return }
    for client in clients.indices {
      guard let listener = clients[client], listener.isListening == .yes else { continue }
      var reply = Reply(.event, id: listener.listenID)
      reply.next = listener.missed
      let frame = frame(reply, about: index)
      var failure: Errno?
      frame.bytes.withUnsafeBytes { bytes in
        do throws(Errno) { try Packet.send(bytes, over: listener.socket) } catch { failure = error }
      }
      switch failure {
      case nil: clients[client]?.missed = 0
      case .again: clients[client]?.missed += 1
      default: close(client: client)
      }
    }
  }

  @inline(never)
  private func explain(_ slot: Slot, _ before: WorkerState) {
    let worker = slot.worker
    switch worker.state {
    case .backoff:
      // A shortage is told once, not twice a second.
      if case .failed(.fork, _) = worker.ending, slot.toldOf == worker.ending { return }
      slot.toldOf = worker.ending
      let delay = Instant.now.interval(to: worker.deadline ?? .now).milliseconds
      say("worker '\(slot.name)' \(Supervisor.words(slot)); it is started again in \(delay) ms")
    case .creating where before != .ended && before != .waiting && before != .backoff:
      say("worker '\(slot.name)' \(Supervisor.words(slot)); it is started again")
    case .ended
    where worker.ending.code != 0 && worker.ending.code != 128 + Signal.terminate.rawValue && phase == .serving
      && before != .killing && before != .stopping:
      say("worker '\(slot.name)' \(Supervisor.words(slot))")
    default:
      if worker.state == .running { slot.toldOf = .none }
      if setting.verbosity == .everything { say("worker '\(slot.name)': \(worker.state.word)") }
    }
  }

  @inline(never)
  private static func words(_ slot: Slot) -> Message {
    var message = words(slot.worker.ending)
    if slot.marks.contains(.endedForMemory) { message.append(" (out of memory)") }
    return message
  }

  static func words(_ ending: Ending) -> Message {
    switch ending {
    case .none: "has not ended"
    case .exited(let code): "exited with code \(Int(code))"
    case .signaled(let number): Signal(number: Int(number)).map { "was ended by \($0)" } ?? "was ended by a signal"
    case .failed(.none, let error): "was never run: \(error)"
    case .failed(let stage, let error): "could not \(stage.words): \(stage.reason(error))"
    case .unknown: "has ended, and how is not known"
    }
  }
}
