import TestSupport
import Testing

@testable import Supervision
@testable import Sys
@testable import Wire

/// The table that outlives kthreadd, the back-off, the queue, and the lines of workers.
@Suite struct TableTests {
  private final class Memory {
    let buffer: UnsafeMutableRawBufferPointer
    init(_ capacity: Int) {
      buffer = .allocate(byteCount: WorkerTable.size(capacity: capacity), alignment: 4096)
      buffer.initializeMemory(as: UInt8.self, repeating: 0)
    }
    deinit { buffer.deallocate() }
  }

  static func record(_ number: Int32) -> WorkerRecord {
    var record = WorkerRecord()
    record.commitment = .committed
    record.state = .running
    record.target = .awake
    record.standing = .established
    record.parkedFrom = .created
    record.generation = 9
    record.process = number
    record.started = 1 << 40
    record.failures = 3
    record.restarts = 4
    record.since = Instant(nanoseconds: 5)
    record.begun = Instant(nanoseconds: 6)
    record.deadline = Instant(nanoseconds: 7)
    record.ending = .failed(.execute, .noEntry)
    record.reason = .signaled(9)
    record.request = .max
    record.rung = .notice
    record.handed = 4096
    record.definition = 256
    record.definitionLength = 10
    return record
  }

  @Test func aRecordComesBackWhole() throws {
    let memory = Memory(8)
    let table = try WorkerTable(in: memory.buffer, capacity: 8)
    #expect(table.record(3) == nil)
    table.set(3, Self.record(17))
    #expect(table.record(3) == Self.record(17))
    #expect(table.end == 4)
    // Another one who finds it.
    #expect(try WorkerTable(in: memory.buffer, capacity: 8).record(3) == Self.record(17))
  }

  @Test(arguments: [Ending.none, .exited(255), .signaled(64), .failed(.ready, .timedOut), .unknown])
  func endings(_ ending: Ending) throws {
    let memory = Memory(1)
    let table = try WorkerTable(in: memory.buffer, capacity: 1)
    var record = Self.record(1)
    record.ending = ending
    record.reason = nil
    record.begun = nil
    record.deadline = nil
    table.set(0, record)
    #expect(table.record(0) == record)
  }

  /// A writer that dies after any number of bytes leaves the old record or the new one, never a mixture.
  @Test func everyTornPrefix() throws {
    let memory = Memory(2)
    let table = try WorkerTable(in: memory.buffer, capacity: 2)
    for number in Int32(1)...3 { table.set(1, Self.record(number)) }
    let before = Array(memory.buffer)
    table.set(1, Self.record(4))
    let after = Array(memory.buffer)
    let changed = before.indices.filter { before[$0] != after[$0] }
    let first = try #require(changed.first)
    let last = try #require(changed.last)
    #expect(last - first < WorkerRecord.size)
    var seen: Set<Int32> = []
    for end in first...last + 1 {
      memory.buffer.copyBytes(from: before)
      for place in first..<end { memory.buffer[place] = after[place] }
      let record = try #require(table.record(1))
      #expect(record == Self.record(3) || record == Self.record(4), "\(end - first) bytes")
      seen.insert(record.process)
    }
    #expect(seen == [3, 4])
  }

  @Test func theSequenceMayGoRound() throws {
    let memory = Memory(1)
    let table = try WorkerTable(in: memory.buffer, capacity: 1)
    for number in Int32(1)...40 {
      table.set(0, Self.record(number))
      #expect(table.record(0)?.process == number)
    }
  }

  /// After 2^32 writes the sequence begins again, and not with 0, which is a copy that was never written.
  @Test func theSequenceGoesRound() throws {
    let memory = Memory(1)
    let table = try WorkerTable(in: memory.buffer, capacity: 1)
    table.set(0, Self.record(1))
    let copy = try #require(memory.buffer.baseAddress) + 4096
    for start in [copy, copy + WorkerRecord.size] where start.load(fromByteOffset: 4, as: UInt32.self) != 0 {
      start.storeBytes(of: .max, toByteOffset: 4, as: UInt32.self)
      let checked = UnsafeRawBufferPointer(start: start + 4, count: WorkerRecord.size - 4)
      start.storeBytes(of: Checksum.of(checked), as: UInt32.self)
    }
    for number in Int32(2)...4 {
      table.set(0, Self.record(number))
      #expect(table.record(0)?.process == number)
    }
  }

  /// What stands in the header and in a record may be anything.
  @Test func numbersThatLeadOut() throws {
    let memory = Memory(16)
    var table = try WorkerTable(in: memory.buffer, capacity: 16)
    memory.buffer.storeBytes(of: .max, toByteOffset: 12, as: UInt32.self)
    #expect(table.end == 16)
    var record = Self.record(1)
    record.definition = .max
    record.definitionLength = .max
    table.set(15, record)
    let found = try #require(table.record(15))
    #expect(table.definition(of: found) == nil)
    table.adopt(found)
    table.clear(15)
    #expect(table.record(15) == nil)
    let place = table.store([1])
    #expect(place?.offset == 0)
  }

  @Test func failuresThatCannotBe() {
    var record = Self.record(1)
    record.failures = .max
    record.state = .running
    var worker = Worker(Worker.Policy(), .established)
    worker.policy.restart = .always
    worker.restore(record)
    _ = worker.handle(.ended(.failed(.fork, .again)), at: Instant(nanoseconds: 1 << 40))
    #expect(worker.state == .backoff)
  }

  @Test func anotherProgramsTableIsRefused() throws {
    let memory = Memory(4)
    _ = try WorkerTable(in: memory.buffer, capacity: 4)
    #expect(throws: WorkerTable.Failure.foreign) { try WorkerTable(in: memory.buffer, capacity: 2) }
    memory.buffer[4] = 99
    #expect(throws: WorkerTable.Failure.foreign) { try WorkerTable(in: memory.buffer, capacity: 4) }
    #expect(throws: WorkerTable.Failure.tooSmall) {
      try WorkerTable(in: UnsafeMutableRawBufferPointer(rebasing: memory.buffer[..<100]), capacity: 4)
    }
  }

  @Test func definitions() throws {
    let memory = Memory(16)
    var table = try WorkerTable(in: memory.buffer, capacity: 16)
    var places: [(UInt32, [UInt8])] = []
    for number in 0..<16 {
      let bytes = [UInt8](repeating: UInt8(number), count: 1 + number * 60)
      let stored = table.store(bytes)
      let place = try #require(stored)
      places.append((place.offset, bytes))
    }
    for (offset, bytes) in places {
      var record = WorkerRecord()
      record.definition = offset
      record.definitionLength = UInt32(bytes.count)
      #expect(table.definition(of: record).map { Array($0.bytes) } == bytes)
    }
    // What is given back is used again; what does not fit is refused.
    let tooLong = table.store([UInt8](repeating: 1, count: 16 * 1024))
    #expect(tooLong == nil)
    table.release(Int(places[3].0), places[3].1.count)
    let again = table.store([1])
    #expect(again?.offset == places[3].0)
  }

  @Test func definitionsOfRecordsThatWereFoundAreTaken() throws {
    let memory = Memory(16)
    var first = try WorkerTable(in: memory.buffer, capacity: 16)
    let stored = first.store([UInt8](repeating: 7, count: 600))
    let place = try #require(stored)
    var record = Self.record(1)
    record.definition = place.offset
    record.definitionLength = place.length
    first.set(0, record)
    var second = try WorkerTable(in: memory.buffer, capacity: 16)
    second.adopt(try #require(second.record(0)))
    let next = second.store([1])
    #expect(next?.offset == 768)
    second.clear(0)
    #expect(second.record(0) == nil)
    let again = second.store([1])
    #expect(again?.offset == place.offset)
  }

  @Test func backoff() {
    let backoff = Backoff.standard
    #expect(
      (1...12).map { backoff.delay(after: $0, random: 0).milliseconds } == [
        100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 60000, 60000,
      ])
    #expect(backoff.delay(after: 1, random: .max).milliseconds == 149)
    #expect(backoff.delay(after: .max, random: .max) == .seconds(60))
    #expect(Backoff(base: .zero, cap: .seconds(1)).delay(after: 5, random: 1) == .zero)
  }

  @Test func queueIsBoundedAndInOrder() {
    var queue = CreateQueue(capacity: 3)
    for round in 0..<5 {
      let taken = [queue.append(round), queue.append(round + 1), queue.append(round + 2)]
      #expect(taken == [true, true, true])
      #expect(queue.isFull)
      let refused = queue.append(99)
      #expect(!refused)
      let order = [queue.next(), queue.next(), queue.next(), queue.next()]
      #expect(order == [round, round + 1, round + 2, nil])
    }
  }

  @Test func index() {
    var index = SlotIndex()
    for slot in 0..<1000 { index.insert(slot, hash: UInt32(slot % 37)) }
    for slot in stride(from: 0, to: 1000, by: 2) { index.remove(slot) }
    for slot in 0..<1000 {
      #expect(index.find(hash: UInt32(slot % 37)) { $0 == slot } == (slot % 2 == 0 ? nil : slot))
    }
    index.insert(4, hash: 4)
    #expect(index.find(hash: 4) { $0 == 4 } == 4)
  }

  @Test func lines() {
    let ring = LogRing()
    var line: [UInt8] = []
    func add(_ string: String) { Array(string.utf8).withUnsafeBufferPointer { ring.append($0) } }
    func next(_ rest: LogRing.Rest = .kept) -> String? {
      ring.takeLine(rest, into: &line) == .line ? String(decoding: line, as: UTF8.self) : nil
    }
    add("one\ntw")
    #expect(next() == "one")
    #expect(next() == nil)
    add("o\n\nthree")
    #expect(next() == "two")
    #expect(next() == "")
    #expect(next() == nil)
    #expect(next(.taken) == "three")
    #expect(next(.taken) == nil)
    add(String(repeating: "x", count: 5000))
    #expect(next()?.count == 3072, "a line without an end is said in pieces")
    for number in 0..<3000 { add("line \(number)\n") }
    let kept = String(decoding: ring.contents(), as: UTF8.self)
    #expect(kept.count <= 8192)
    #expect(kept.hasPrefix("line "))
    #expect(kept.hasSuffix("line 2999\n"))
  }
}
