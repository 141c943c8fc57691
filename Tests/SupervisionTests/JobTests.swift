import TestSupport
import Testing
import Wire

@testable import Supervision
@testable import Sys
@testable import Wire

/// How far a worker has come with its jobs, and which of them were queued already.
@Suite struct JobTests {
  @Test func aJobIsDoneWhenTheNextIsTaken() {
    var progress = JobProgress()
    progress.take()
    #expect(progress.done == 0)
    progress.queue(5)
    progress.queue(7)
    progress.hand(5)
    #expect(progress.done == 0)
    progress.take()
    progress.hand(7)
    #expect(progress.done == 0, "it has the first in hand")
    progress.take()
    #expect(progress.done == 5, "it has the second in hand")
    progress.ask()
    #expect(progress.done == 5)
    progress.take()
    #expect(progress.done == 12 && progress.queued == 12)
    progress.take()
    #expect(progress.done == 12, "nothing is taken twice")
  }

  @Test func aLifesEnd() {
    var progress = JobProgress()
    progress.queue(10)
    progress.hand(4)
    progress.take()
    progress.hand(6)
    progress.end(.job)
    #expect(progress.done == 4, "the job in hand is over")
    #expect(progress.item == .job, "the other is there still")
    progress.take()
    progress.end(.nothing)
    #expect(progress.done == 10)
    #expect(progress.item == .none)
  }

  @Test func foundByAnotherKthreadd() {
    var progress = JobProgress(found: 8)
    let target = progress.queued
    progress.take()
    progress.hand(8)
    progress.take()
    #expect(progress.done < target)
    progress.ask()
    progress.take()
    #expect(progress.done == target)
    var idle = JobProgress(found: 0)
    #expect(idle.done < idle.queued, "it may have a job in hand")
    idle.take()
    idle.ask()
    idle.take()
    #expect(idle.done == idle.queued)
  }

  private func withTable(_ body: (WorkerTable, UnsafeMutableRawBufferPointer) throws -> Void) throws {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: WorkerTable.size(capacity: 4), alignment: 4096)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    try body(try WorkerTable(in: memory, capacity: 4), memory)
  }

  @Test func whatWasQueuedIsKnown() throws {
    try withTable { table, memory in
      #expect(table.openJob == nil)
      #expect(!table.hasJob(2, 9) && !table.hasJob(0, 0))
      table.beginJob(2, 9, before: 100)
      #expect(!table.hasJob(2, 9))
      // Another one who finds it.
      let found = try WorkerTable(in: memory, capacity: 4)
      #expect(found.openJob?.slot == 2 && found.openJob?.before == 100)
      found.endJob(.written)
      #expect(found.openJob == nil)
      #expect(table.hasJob(2, 9))
      #expect(!table.hasJob(1, 9) && !table.hasJob(2, 8))
      table.beginJob(1, 10, before: 0)
      table.endJob(.refused)
      #expect(!table.hasJob(1, 10) && table.openJob == nil)
    }
  }

  /// The last 120 are known; records and definitions are left alone.
  @Test func theOldestIsForgotten() throws {
    try withTable { table, _ in
      table.end = 3
      for id in UInt64(1)...121 {
        table.beginJob(3, id, before: 0)
        table.endJob(.written)
      }
      #expect(!table.hasJob(3, 1))
      for id in UInt64(2)...121 { #expect(table.hasJob(3, id)) }
      #expect(table.end == 3 && !table.isBooted)
      #expect((0..<4).allSatisfy { table.record($0) == nil })
    }
  }
}

/// The ladder of a stop, where the worker is told first.
@Suite struct WorkerNoticeTests {
  private func notified(_ timeout: Interval?, _ state: WorkerState = .running) -> Worker {
    WorkerTests.worker(in: state) {
      $0.notice = .given
      $0.stopTimeout = timeout
    }
  }

  @Test func noticeSignalKill() {
    var worker = notified(.seconds(3))
    let start = WorkerTests.start
    #expect(worker.handle(.stop, at: start) == [.notice, .signal(.resume)])
    #expect(worker.state == .stopping && worker.rung == .notice)
    #expect(worker.deadline == start + .milliseconds(1500))
    #expect(worker.handle(.stop, at: start) == [])
    #expect(worker.handle(.deadline, at: WorkerTests.at(1.5)) == [.signal(.terminate), .signal(.resume)])
    #expect(worker.state == .stopping && worker.rung == .signal)
    #expect(worker.deadline == start + .seconds(3))
    #expect(worker.since == start, "it is the same stop")
    #expect(worker.handle(.deadline, at: WorkerTests.at(3)) == [.kill])
    #expect(worker.state == .killing)
  }

  /// kthread_stop() waits for ever.
  @Test func withoutALimit() {
    var worker = notified(nil)
    #expect(worker.handle(.stop, at: WorkerTests.start) == [.notice, .signal(.resume)])
    #expect(worker.deadline == nil)
  }

  @Test func theNextLifeBeginsBelow() {
    var worker = notified(.seconds(4))
    _ = worker.handle(.stop, at: WorkerTests.start)
    _ = worker.handle(.start(.awake), at: WorkerTests.start)
    #expect(worker.handle(.ended(.exited(0)), at: WorkerTests.start) == [.spawn])
    #expect(worker.rung == .signal)
  }

  @Test func others() {
    var parked = notified(.seconds(2), .parked)
    #expect(parked.handle(.stop, at: WorkerTests.start) == [.thaw, .notice, .signal(.resume)])
    var created = notified(.seconds(2), .created)
    #expect(created.handle(.stop, at: WorkerTests.start) == [.abandon])
    var hung = notified(.seconds(2))
    #expect(hung.handle(.hang, at: WorkerTests.start) == [.signal(.abort)])
    #expect(hung.handle(.deadline, at: WorkerTests.at(2)) == [.kill], "who hangs does not look")
  }
}
