import Sys
import Wire

extension Supervisor {
  /// kthread_queue_work(). Answered when the line is in the queue, whole; EAGAIN at once where it has no room.
  func queue(_ request: Request, _ client: Int, _ index: Int) {
    guard slots[index]?.input == .queue else { return answer(client, request.id, .notSupported, worker: index) }
    if table.hasJob(index, request.id) { return answer(client, request.id, worker: index) }
    guard request.job.count <= JobQueue.lineLimit else { return answer(client, request.id, .messageSize, worker: index) }
    guard request.job.firstIndex(of: UInt8(ascii: "\n")) == nil else { return answer(client, request.id, .invalid, worker: index) }
    do throws(Errno) {
      let queue = try openQueue(index)
      table.beginJob(index, request.id, before: Pipes.unread(queue.waiting.read))
      line.removeAll(keepingCapacity: true)
      line.append(contentsOf: request.job.bytes)
      line.append(UInt8(ascii: "\n"))
      var failure: Errno?
      line.withUnsafeBytes { bytes in
        do throws(Errno) { try Pipes.write(bytes, to: queue.waiting.write) } catch { failure = error }
      }
      table.endJob(failure == nil ? .written : .refused)
      if let failure { throw failure }
      queue.progress.queue(line.count)
    } catch {
      return answer(client, request.id, error, worker: index)
    }
    answer(client, request.id, worker: index)
    feed(index)
  }

  /// kthread_flush_worker(). Answered when the worker has taken all that was queued before, and after that wants more.
  func flush(_ request: Request, _ client: Int, _ index: Int) {
    guard slots[index]?.input == .queue else { return answer(client, request.id, .notSupported, worker: index) }
    wait(client, request.id, index, .flushed(slots[index]?.queue?.progress.queued ?? 0))
    feed(index)
  }

  /// Whether a flush is over: nil while it is not, ESRCH where nobody will ever read what there is.
  func flushVerdict(_ index: Int, _ target: UInt64) -> (error: Errno, stage: Stage)? {
    guard let slot = slots[index], let queue = slot.queue, queue.progress.done < target else { return (Errno(0), .none) }
    return slot.worker.state == .ended ? (.noProcess, .none) : nil
  }

  /// The worker's queue, made where there is none yet, and given to PID 1 to keep.
  func openQueue(_ index: Int) throws(Errno) -> JobQueue {
    if let queue = slots[index]?.queue { return queue }
    let queue = try JobQueue()
    tell(Custody.Entry(.keepWaitingJobs, slot: index), queue.waiting.read, queue.waiting.write)
    tell(Custody.Entry(.keepJobInHand, slot: index), queue.hand.read, queue.hand.write)
    slots[index]?.queue = queue
    return queue
  }

  func closeQueue(_ index: Int) {
    guard let queue = slots[index]?.queue else { return }
    // PID 1 has the same open file, which epoll would go on to watch.
    watch(queue, index, .no)
    slots[index]?.queue = nil
  }

  /// Puts the next job before the worker where it has taken the last one; or, where somebody waits for the last one to be done, a NUL,
  /// over which sh's read passes.
  func feed(_ index: Int) {
    guard let slot = slots[index], let queue = slot.queue else { return }
    while queue.isTaken {
      queue.progress.take()
      if slot.waits > 0 { answer(index) }
      // An answer may have cost a client its connection, and that a worker its life.
      guard slots[index] === slot, slot.queue === queue, put(before: slot, queue, index) else { break }
    }
    let isMore = Pipes.unread(queue.waiting.read) > 0 || isFlushed(index)
    watch(queue, index, slots[index] === slot && !queue.isTaken && isMore ? .yes : .no)
  }

  /// false where there is nothing to put.
  private func put(before slot: Slot, _ queue: JobQueue, _ index: Int) -> Bool {
    if scratch == nil { scratch = try? Scratch() }
    let count = scratch?.firstLine(of: queue.waiting.read, packet) ?? 0
    if count > 0 {
      note(handed: UInt16(count), index)
      guard let moved = try? Pipes.move(count, from: queue.waiting.read, to: queue.hand.write) else { return false }
      queue.progress.hand(moved)
      return true
    }
    guard isFlushed(index) else { return false }
    note(handed: 0, index)
    var nul: UInt8 = 0
    queue.progress.ask()
    return withUnsafeBytes(of: &nul) { (try? Pipes.write($0, to: queue.hand.write)) != nil }
  }

  private func note(handed count: UInt16, _ index: Int) {
    guard slots[index]?.handed != count else { return }
    slots[index]?.handed = count
    persist(index)
  }

  /// Whether somebody waits for the queue to be done with.
  private func isFlushed(_ index: Int) -> Bool {
    guard let slot = slots[index], slot.waits > 0 else { return false }
    for wait in waits where wait.slot == index { if case .flushed = wait.moment { return true } }
    return false
  }

  private func watch(_ queue: JobQueue, _ index: Int, _ wanted: JobQueue.Watch) {
    guard queue.isWatched != wanted else { return }
    queue.isWatched = wanted
    if wanted == .yes {
      try? events.add(queue.hand.write, .writable, key: Source.jobs.key(index))
    } else {
      events.remove(queue.hand.write)
    }
  }

  /// A life is over: the job that it had in hand is over with it, and a line that it has read in part. One that nobody has begun to read
  /// is for the next life.
  func endJobs(_ index: Int) {
    guard let slot = slots[index], let queue = slot.queue else { return }
    let left = Pipes.unread(queue.hand.read)
    if left > 0, left == Int(slot.handed) {
      queue.progress.end(.job)
    } else {
      if scratch == nil { scratch = try? Scratch() }
      scratch?.drain(queue.hand.read, packet)
      queue.progress.end(.nothing)
    }
  }

  /// Goes on with the queues of the last kthreadd.
  func adoptQueue(_ index: Int, _ kept: Keepsake) {
    guard let slot = slots[index], slot.input == .queue else { return }
    let queue = JobQueue(keeping: kept.waiting, kept.hand)
    slot.queue = queue
    if let job = table.openJob, job.slot == index {
      table.endJob(Pipes.unread(queue.waiting.read) > job.before ? .written : .refused)
    }
  }
}
