import Sys
import Wire

extension Supervisor {
  /// kthread_queue_work(). Answered when the line is in the queue, whole; EAGAIN at once where it has no room.
  func queue(_ request: Request, _ client: Int, _ index: Int) {
    var failure = Errno(0)
    do throws(Errno) { if !table.hasJob(index, request.id) { try append(request, index) } } catch { failure = error }
    answer(client, request.id, failure, worker: index)
    feed(index)
  }

  private func append(_ request: Request, _ index: Int) throws(Errno) {
    let queue = try openQueue(index)
    guard request.job.count <= JobQueue.lineLimit else { throw .messageSize }
    guard request.job.firstIndex(of: UInt8(ascii: "\n")) == nil else { throw .invalid }
    line.removeAll(keepingCapacity: true)
    line.append(contentsOf: request.job.bytes)
    line.append(UInt8(ascii: "\n"))
    table.beginJob(index, request.id, before: queue.waitingBytes)
    let failure = line.withUnsafeBytes { Pipes.write($0, to: queue.waiting.write) }
    table.endJob(failure == nil ? .written : .refused)
    if let failure { throw failure }
    queue.progress.queue(line.count)
  }

  /// kthread_flush_worker(). Answered when the worker has taken all that was queued before, and after that wants more.
  func flush(_ request: Request, _ client: Int, _ index: Int) {
    do throws(Errno) {
      let queue = try openQueue(index)
      wait(client, request.id, index, .flushed(queue.progress.queued))
      feed(index)
    } catch { answer(client, request.id, error, worker: index) }
  }

  /// Whether a flush is over: nil while it is not, ESRCH where nobody will ever read what there is.
  func flushVerdict(_ index: Int, _ target: UInt64) -> (error: Errno, stage: Stage)? {
    guard let slot = slots[index], let queue = slot.queue, queue.progress.done < target else { return (Errno(0), .none) }
    return slot.worker.state == .ended ? (.noProcess, .none) : nil
  }

  /// The worker's queue, made where there is none yet, and given to PID 1 to keep. EOPNOTSUPP where it is to have none.
  func openQueue(_ index: Int) throws(Errno) -> JobQueue {
    guard let slot = slots[index], slot.input == .queue else { throw .notSupported }
    if scratch == nil { scratch = try Scratch() }
    if let queue = slot.queue { return queue }
    let queue = try JobQueue()
    keep(.waitingRead, index, queue.waiting.read, queue.waiting.write)
    keep(.handRead, index, queue.hand.read, queue.hand.write)
    slot.queue = queue
    return queue
  }

  func closeQueue(_ index: Int) {
    guard let queue = slots[index]?.queue else { return }
    // PID 1 has the same open file, which epoll would go on to watch.
    watch(queue, index, .no)
    slots[index]?.queue = nil
  }

  /// Puts the next job before the worker where it has taken the last one; or, where somebody waits for the last one to be done, a NUL,
  /// over which sh's read passes. A worker that takes as fast as it is given has others wait for so many of its jobs only.
  @inline(never)
  func feed(_ index: Int) {
    guard let slot = slots[index], let queue = slot.queue else { return }
    var wanted = JobQueue.Watch.yes
    for _ in 0..<32 where wanted == .yes && queue.isTaken {
      queue.progress.take()
      if slot.waits > 0 { answer(index) }
      if !put(before: slot, queue, index) { wanted = .no }
    }
    // Of what nobody waits for behind the last job, nobody has to be told that it was taken.
    if queue.waitingBytes == 0, !isFlushed(index) { wanted = .no }
    watch(queue, index, wanted)
  }

  /// false where there is nothing to put.
  private func put(before slot: Slot, _ queue: JobQueue, _ index: Int) -> Bool {
    let count = scratch?.firstLine(of: queue.waiting.read, packet) ?? 0
    guard count > 0 || isFlushed(index) else { return false }
    if slot.handed != UInt16(count) {
      slot.handed = UInt16(count)
      persist(index)
    }
    if count > 0 {
      queue.progress.hand(count)
      return (try? Pipes.move(count, from: queue.waiting.read, to: queue.hand.write)) != nil
    }
    queue.progress.ask()
    var nul: UInt8 = 0
    return withUnsafeBytes(of: &nul) { Pipes.write($0, to: queue.hand.write) } == nil
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
    if wanted == .no { return events.remove(queue.hand.write) }
    try? events.add(queue.hand.write, .writable, key: Source.jobs.key(index))
  }

  /// A life is over: the job that it had in hand is over with it, and a line that it has read in part. One that nobody has begun to read
  /// is for the next life.
  @inline(never)
  func endJobs(_ index: Int) {
    guard let slot = slots[index], let queue = slot.queue else { return }
    let left = Pipes.unread(queue.hand.read)
    guard left == 0 || left != Int(slot.handed) else { return queue.progress.end(.job) }
    scratch?.drain(queue.hand.read, packet)
    queue.progress.end(.nothing)
  }
}
