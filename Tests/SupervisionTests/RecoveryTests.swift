import Testing

@testable import Supervision
@testable import Sys
@testable import Wire

/// What the table tells the next kthreadd of the last one's end.
@Suite struct RecoveryTests {
  /// A table in memory of its own, and a new reader of it.
  private final class Memory {
    let buffer: UnsafeMutableRawBufferPointer
    init() {
      buffer = .allocate(byteCount: WorkerTable.size(capacity: 2), alignment: 4096)
      buffer.initializeMemory(as: UInt8.self, repeating: 0)
    }
    deinit { buffer.deallocate() }
    var table: WorkerTable { get throws { try WorkerTable(in: buffer, capacity: 2) } }
  }

  private func die(_ memory: Memory, over subject: Subject, _ fault: Bool = true) throws -> Subject? {
    let table = try memory.table
    table.handling = subject
    table.hasFaulted = fault
    return try memory.table.takeCulprit()
  }

  @Test func twoDeathsInARowOverTheSame() throws {
    let memory = Memory()
    let (one, other) = (Subject.worker(0, 7), Subject.worker(1, 7))
    #expect(try die(memory, over: one) == nil)
    #expect(try die(memory, over: other) == nil)
    #expect(try die(memory, over: one) == nil, "not in a row")
    #expect(try die(memory, over: one) == one)
    #expect(try die(memory, over: one) == nil, "counted anew")
  }

  @Test func killsAndIdleDeathsDoNotCount() throws {
    let memory = Memory()
    let one = Subject.request(3, 4)
    #expect(try die(memory, over: one) == nil)
    #expect(try die(memory, over: one, false) == nil)
    #expect(try die(memory, over: .nothing) == nil)
    #expect(try die(memory, over: one) == one)
    #expect(try memory.table.handling == .nothing)
    #expect(try !memory.table.hasFaulted)
  }

  @Test func subjectsAreToldApart() {
    let all: [Subject] = [
      .worker(0, 1), .worker(1, 1), .worker(0, 2), .definition(1), .request(1, 0), .request(1, 1), .request(2, 0), .nothing,
    ]
    for (place, subject) in all.enumerated() {
      #expect(all.firstIndex(of: subject) == place)
      #expect((subject.slot != nil) == (place < 3))
    }
    #expect(Subject.worker(16383, .max).slot == 16383)
  }

  @Test func refusalsAreBounded() throws {
    let memory = Memory()
    let table = try memory.table
    for number in UInt32(1)...17 { table.refuse(.definition(number)) }
    #expect(try !memory.table.refuses(.definition(1)), "the oldest has made room")
    for number in UInt32(2)...17 { #expect(table.refuses(.definition(number))) }
    #expect(table.record(0) == nil && table.end == 0, "they lie beside the records")
  }

  @Test func threeFaultsInAMinuteAreSurvivedInPlace() throws {
    let memory = Memory()
    #expect(try (0..<4).map { _ in try memory.table.noteFault() } == [true, true, true, false])
    #expect(try memory.table.hasFaulted)
  }
}
