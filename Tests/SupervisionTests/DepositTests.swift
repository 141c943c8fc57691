import TestSupport
import Testing

@testable import Supervision
@testable import Sys
@testable import Wire

/// What outlives kthreadd of what workers have said and given away.
@Suite struct DepositTests {
  private final class Memory {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: DepositTable.size, alignment: 4096)
    init() { buffer.initializeMemory(as: UInt8.self, repeating: 0) }
    deinit { buffer.deallocate() }
    var table: DepositTable { DepositTable(in: buffer.baseAddress!) }
  }

  private static func deposit(_ slot: Int, _ name: String) -> Deposit {
    var deposit = Deposit(.stored, slot: slot)
    deposit.name = text(name)
    deposit.polling = .left
    return deposit
  }

  @Test(arguments: [0, 1, 4095, Custody.depositCapacity - 1]) func comesBackWhole(_ place: Int) throws {
    let memory = Memory()
    #expect(memory.table.deposit(place) == nil)
    let longest = String(repeating: "n", count: Deposit.nameLimit)
    memory.table.set(place, Self.deposit(Custody.capacity - 1, longest))
    let found = try #require(memory.table.deposit(place))
    #expect(found.kind == .stored && found.slot == Custody.capacity - 1 && found.polling == .left)
    #expect(found.name.string == longest)
    #expect(memory.table.end == place + 1)
    memory.table.clear(place)
    #expect(memory.table.deposit(place) == nil)
    #expect(memory.table.deposit(place + 1) == nil && memory.table.deposit(-1) == nil)
  }

  /// A writer that dies after any number of bytes leaves no entry, the old one or the new one.
  @Test func everyTornPrefix() throws {
    let memory = Memory()
    memory.table.set(2, Self.deposit(1, "first"))
    let before = Array(memory.buffer)
    memory.table.set(2, Self.deposit(9, "other"))
    let after = Array(memory.buffer)
    let changed = before.indices.filter { before[$0] != after[$0] }
    let first = try #require(changed.first)
    let last = try #require(changed.last)
    for end in first...last + 1 {
      memory.buffer.copyBytes(from: before)
      for place in changed where place < end { memory.buffer[place] = after[place] }
      guard let found = memory.table.deposit(2) else { continue }
      #expect(found.slot == 1 && found.name.string == "first" || found.slot == 9 && found.name.string == "other", "\(end)")
    }
  }

  @Test func aRecordKeepsWhatWasSaid() throws {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: WorkerTable.size(capacity: 16), alignment: 4096)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    defer { memory.deallocate() }
    var table = try WorkerTable(in: memory, capacity: 16)
    var record = TableTests.record(7)
    let text = table.store(Array("it works".utf8))
    let status = try #require(text)
    record.notes.text = status.offset
    record.notes.textLength = UInt16(status.length)
    record.notes.leader = 12
    record.notes.leaderStarted = 1 << 50
    record.notes.activity = .stopping
    for watchdog in [nil, Interval.zero, .milliseconds(1), .seconds(3600)] as [Interval?] {
      record.notes.watchdog = watchdog
      table.set(1, record)
      #expect(table.record(1) == record)
    }
    // Another one who finds it does not give its text's place away.
    var next = try WorkerTable(in: memory, capacity: 16)
    next.adopt(record)
    let other = next.store([1])
    #expect(other?.offset != status.offset)
    next.clear(1)
    let again = next.store([1])
    #expect(again?.offset == min(status.offset, record.definition))
  }

  // MARK: the machine

  private func effects(_ worker: inout Worker, _ event: Worker.Event, _ seconds: Double = 0) -> [Worker.Effect] {
    worker.handle(event, at: WorkerTests.at(seconds))
  }

  @Test func reloading() {
    var worker = WorkerTests.worker(in: .running) { $0.readiness = .executed }
    #expect(effects(&worker, .says(.reloading)) == [])
    #expect(worker.state == .running && worker.activity == .reloading && worker.isReady)
    _ = effects(&worker, .ready)
    #expect(worker.activity == .none)
    var ended = worker
    _ = effects(&ended, .says(.reloading))
    _ = effects(&ended, .stop)
    #expect(ended.activity == .none)
  }

  @Test(arguments: WorkerState.allCases) func whatOnlyARunningOneSays(_ state: WorkerState) {
    for saying in [Worker.Saying.reloading, .stopping, .watchdog(.seconds(1))] {
      var worker = WorkerTests.worker(in: state)
      let deadline = worker.deadline
      #expect(effects(&worker, .says(saying)) == [])
      guard state != .running else { continue }
      #expect(worker.state == state && worker.activity == .none && worker.deadline == deadline)
    }
  }

  /// Nobody has asked it to end: no signal, but its time is limited, and whether it is started again is its policy's.
  @Test(arguments: [
    (Specification.Restart.no, Ending.exited(1), WorkerState.ended), (.onFailure, .exited(0), .ended),
    (.onFailure, .signaled(9), .backoff), (.always, .exited(0), .backoff),
  ]) func stoppingByItself(_ restart: Specification.Restart, _ ending: Ending, _ expected: WorkerState) {
    var worker = WorkerTests.worker(in: .running) { $0.restart = restart }
    #expect(effects(&worker, .says(.stopping)) == [])
    #expect(worker.state == .stopping && worker.activity == .stopping)
    #expect(worker.deadline == WorkerTests.at(10))
    if ending == .signaled(9) {
      #expect(effects(&worker, .deadline, 10) == [.kill])
      #expect(worker.activity == .stopping)
    }
    _ = effects(&worker, .ended(ending), 11)
    #expect(worker.state == expected && worker.activity == .none)
  }

  @Test func restartOfOneThatStopsByItself() {
    var worker = WorkerTests.worker(in: .running)
    _ = effects(&worker, .says(.stopping))
    #expect(effects(&worker, .stop) == [])
    _ = effects(&worker, .start(.awake))
    #expect(effects(&worker, .ended(.exited(0))) == [.spawn], "it was asked to start again")
  }

  @Test func ownWatchdog() {
    var worker = WorkerTests.worker(in: .running) { $0.watchdog = .seconds(3) }
    _ = effects(&worker, .says(.watchdog(.seconds(60))), 1)
    #expect(worker.deadline == WorkerTests.at(61))
    _ = effects(&worker, .ping, 5)
    #expect(worker.deadline == WorkerTests.at(65))
    _ = effects(&worker, .says(.watchdog(.zero)), 6)
    #expect(worker.deadline == nil)
    _ = effects(&worker, .ping, 7)
    #expect(worker.deadline == nil)
    // The next life has the definition's.
    _ = effects(&worker, .stop, 8)
    _ = effects(&worker, .start(.awake), 8)
    _ = effects(&worker, .ended(.exited(0)), 8)
    _ = effects(&worker, .isSetUp, 8)
    _ = effects(&worker, .executed, 8)
    #expect(worker.deadline == WorkerTests.at(11))
  }

  @Test func extensionIsNotForTheWatchdog() {
    var worker = WorkerTests.worker(in: .running) { $0.watchdog = .seconds(3) }
    _ = effects(&worker, .extend(.seconds(100)), 1)
    #expect(worker.deadline == WorkerTests.at(3))
  }
}
