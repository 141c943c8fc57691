import Foundation
import TestSupport
import Testing

@testable import Supervision
@testable import Sys
@testable import Wire

/// Lines as JSON, the files of lines, and how often a refusal is told.
@Suite struct OutputTests {
  private struct Object: Decodable, Equatable {
    let time, worker, message: String
    let pid: Int?
  }

  private static func objects(_ message: [UInt8], time: Int64 = 0, process: Int32 = 17) throws -> [Object] {
    var line = JSONLine()
    var place = 0
    var result: [Object] = []
    repeat {
      let next = line.write(message, from: place, time: WallTime(nanoseconds: time), worker: Text("a:b@c/d"), process: process)
      #expect(next > place || message.isEmpty, "it goes on")
      #expect(line.bytes.count <= JSONLine.limit && line.bytes.last == 10 && !line.bytes.dropLast().contains(10))
      result.append(try JSONDecoder().decode(Object.self, from: Data(line.bytes)))
      place = next
    } while place < message.count
    return result
  }

  @Test(
    arguments: [
      (Array("plain".utf8), "plain"), ([], ""), (Array("\"\\/".utf8), "\"\\/"), ([0, 1, 9, 31, 127], "\0\u{1}\t\u{1F}\u{7F}"),
      (Array("é€🐧\u{7FF}\u{800}\u{FFFF}\u{10FFFF}".utf8), "é€🐧\u{7FF}\u{800}\u{FFFF}\u{10FFFF}"),
      ([0x80], "\u{80}"), ([0xC3], "\u{C3}"), ([0xC3, 0x28], "\u{C3}("), ([0xE2, 0x82], "\u{E2}\u{82}"),
      // Too long a form, a surrogate, behind the last code point, no first byte.
      ([0xC0, 0xAF], "\u{C0}\u{AF}"), ([0xE0, 0x80, 0xAF], "\u{E0}\u{80}\u{AF}"), ([0xED, 0xA0, 0x80], "\u{ED}\u{A0}\u{80}"),
      ([0xF4, 0x90, 0x80, 0x80], "\u{F4}\u{90}\u{80}\u{80}"), ([0xF0, 0x8F, 0xBF, 0xBF], "\u{F0}\u{8F}\u{BF}\u{BF}"),
      ([0xFF], "\u{FF}"),
    ] as [([UInt8], String)])
  func escapes(_ bytes: [UInt8], _ message: String) throws {
    #expect(try Self.objects(bytes).map(\.message) == [message])
  }

  /// Whatever is said, it is JSON, and all of it.
  @Test func anyBytes() throws {
    var random = SplitMix(seed: 7)
    for length in [1, 2, 100, 3072] {
      for _ in 0..<200 {
        let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let said = try Self.objects(bytes).map(\.message).joined()
        #expect(said.unicodeScalars.allSatisfy { $0.value < 0x11_0000 })
        #expect(said.unicodeScalars.reduce(0) { $0 + ($1.value < 0x100 ? 1 : String($1).utf8.count) } >= length / 2)
      }
    }
    #expect(try Self.objects([UInt8](repeating: 1, count: 3072)).count == 5)
  }

  @Test(arguments: [("ab", 0), ("aé", 0), ("a€", 0), ("a🐧", 0)]) func charactersAreNotCut(_ text: String, _ none: Int) {
    let bytes = Array(text.utf8)
    #expect(JSONLine.unfinished(bytes) == none)
    for count in 1..<bytes.count { #expect(JSONLine.unfinished(Array(bytes.prefix(count))) == count - 1) }
    #expect(JSONLine.unfinished([0x80, 0x80, 0x80, 0x80, 0x80]) == 0)
  }

  /// date(1) has said these.
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000000Z"), (951_782_400_000_001_000, "2000-02-29T00:00:00.000001Z"),
      (951_868_799_999_999_999, "2000-02-29T23:59:59.999999Z"), (951_868_800_000_000_000, "2000-03-01T00:00:00.000000Z"),
      (1_767_225_599_500_000_000, "2025-12-31T23:59:59.500000Z"), (1_767_225_600_000_000_000, "2026-01-01T00:00:00.000000Z"),
      (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000Z"), (-1, "1970-01-01T00:00:00.000000Z"),
    ] as [(Int64, String)])
  func times(_ nanoseconds: Int64, _ text: String) throws {
    #expect(try Self.objects([], time: nanoseconds, process: 0) == [Object(time: text, worker: "a:b@c/d", message: "", pid: nil)])
  }

  private static func batch(_ lengths: [Int]) -> LogFile.Batch {
    var batch = LogFile.Batch()
    for length in lengths { batch.add([UInt8](repeating: 120, count: length - 1)) }
    return batch
  }

  /// How many lines a file of so many bytes has room for.
  @Test(
    arguments: [
      (0, 0, [10, 10], 2), (80, 0, [10, 10], 2), (81, 0, [10, 10], 1), (90, 0, [10, 10], 1), (91, 0, [10, 10], 0),
      (100, 0, [1], 0),
      (1000, 0, [1], 0), (0, 0, [101, 1], 1), (1, 0, [101, 1], 0), (0, 1, [101, 100], 1), (0, 1, [101, 99, 1], 2),
      (0, 0, [100, 1], 1),
    ] as [(UInt64, Int, [Int], Int)])
  func room(_ size: UInt64, _ first: Int, _ lengths: [Int], _ count: Int) {
    let file = LogFile(path: Text("/x"), limit: 100, kept: 2)
    #expect(file.room(in: size, for: Self.batch(lengths), from: first) == count)
    let endless = LogFile(path: Text("/x"), limit: .max, kept: 2)
    #expect(endless.room(in: size, for: Self.batch(lengths), from: first) == lengths.count - first)
  }

  private static func scratch(_ body: (String) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try body(directory.path)
  }

  private static func size(_ path: String) -> Int? { FileManager.default.contents(atPath: path)?.count }

  /// Files get numbers, and the last ones go; also those from a time when more were kept, and over a hole.
  @Test(arguments: [0, 1, 3]) func rotation(_ kept: Int) throws {
    try Self.scratch { directory in
      func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(directory)/\(name)") }
      for number in kept + 1...kept + 2 {
        _ = FileManager.default.createFile(atPath: "\(directory)/log.\(number)", contents: Data("old".utf8))
      }
      let path = CString(copying: Array("\(directory)/log".utf8))
      let file = LogFile(path: path.text, limit: 20, kept: kept)
      for _ in 0..<2 { #expect(file.write(Self.batch([10, 10, 10, 10, 10])) == (5, nil)) }
      // Ten lines of ten bytes: two to a file.
      #expect(Self.size("\(directory)/log") == 20)
      for number in 1...6 where kept > 0 { #expect(has("log.\(number)") == (number <= kept), "\(number)") }
      for number in 1...max(kept, 1) where kept > 0 {
        #expect(Self.size("\(directory)/log.\(number)") == 20)
      }
      if kept == 3 {
        try FileManager.default.removeItem(atPath: "\(directory)/log.2")
        #expect(file.write(Self.batch([10])) == (1, nil))
        #expect(has("log.1") && has("log.2") && has("log.3") && !has("log.4"))
      }
    }
  }

  @Test func aLineThatIsTooLongForAnyFile() throws {
    try Self.scratch { directory in
      let path = CString(copying: Array("\(directory)/log".utf8))
      let file = LogFile(path: path.text, limit: 20, kept: 2)
      #expect(file.write(Self.batch([5, 50, 5])) == (3, nil))
      #expect(Self.size("\(directory)/log") == 5)
      #expect(Self.size("\(directory)/log.1") == 50)
      #expect(Self.size("\(directory)/log.2") == 5)
    }
  }

  @Test func whatIsRememberedOfAWorker() throws {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: WorkerTable.size(capacity: 2), alignment: 4096)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    defer { memory.deallocate() }
    let table = try WorkerTable(in: memory, capacity: 2)
    var record = TableTests.record(7)
    record.dropped = .max
    record.oomKills = 3
    record.oomSeen = .max
    record.marks = [.losing, .endedForMemory]
    record.wanting = [.memory, .tasks]
    table.set(1, record)
    #expect(table.leaf == .none)
    table.leaf = .made
    let other = try WorkerTable(in: memory, capacity: 2)
    #expect(other.record(1) == record)
    #expect(other.leaf == .made)
  }

  /// cgroup v2's memory.events and v1's memory.oom_control.
  @Test(
    arguments: [
      ("low 0\nhigh 1\nmax 20\noom 3\noom_kill 2\noom_group_kill 7\n", 2), ("oom_kill_disable 0\nunder_oom 0\noom_kill 5\n", 5),
      ("oom_kill 4294967296", UInt32.max), ("oom 1\n", nil), ("", nil), ("oom_kill x\n", nil),
    ] as [(String, UInt32?)])
  func memoryEvents(_ file: String, _ kills: UInt32?) { #expect(MemoryEvents.kills(text(file)) == kills) }

  @Test func refusalsAreToldNowAndThen() {
    var limit = RefusalLimit()
    let start = Instant(nanoseconds: 0)
    #expect(limit.note(at: start) == 0)
    for second in 0..<10 { #expect(limit.note(at: start + .seconds(Int64(second))) == nil) }
    #expect(limit.note(at: start + .seconds(10)) == 10)
    #expect(limit.note(at: start + .seconds(11)) == nil)
    #expect(limit.note(at: start + .seconds(100)) == 1)
    #expect(limit.note(at: start + .seconds(200)) == 0)
  }
}
