import TestSupport
import Testing

@testable import Sys

/// Lists of processors, and what a task is bound to.
@Suite struct ProcessorSetTests {
  @Test(arguments: [("0", [0]), ("0-3,6", [0, 1, 2, 3, 6]), ("1023", [1023]), ("5,1-2,5", [1, 2, 5])] as [(String, [Int])])
  func lists(_ list: String, _ expected: [Int]) throws {
    let set = try #require(ProcessorSet(text(list)))
    #expect((0..<ProcessorSet.capacity).filter { set.contains($0) } == expected)
    #expect(set.only == (expected.count == 1 ? expected[0] : nil))
  }

  @Test(arguments: ["", ",", "0,", "1-", "-1", "2-1", "1024", "0-1024", "a", "0 1", "node:0"]) func noLists(_ list: String) {
    #expect(ProcessorSet(text(list)) == nil)
  }

  @Test func comparison() throws {
    let one = try #require(ProcessorSet(text("0-2")))
    #expect(try one == #require(ProcessorSet(text("2,1,0"))))
    #expect(try !(one == #require(ProcessorSet(text("0-2,1023")))))
  }

  @Test func ownOnesAreThere() throws {
    #expect(try ProcessorSet(of: .current).areThere)
    #expect(try !#require(ProcessorSet(text("1023"))).areThere)
    #expect(throws: Errno.invalid) { try ProcessorSet(resolving: text("node:1023")) }
    #expect(throws: Errno.invalid) { try ProcessorSet(resolving: text("node:")) }
    #expect(throws: Errno.noProcess) { try ProcessorSet(of: ProcessID(Int32.max)) }
  }

  @Test func tasks() {
    var found: [Int32] = []
    ProcessTable.forEachTask(of: .current) { found.append($0.rawValue) }
    #expect(found.contains(ProcessID.current.rawValue))
  }
}

/// Jobs in pipes: whole, moved and counted.
@Suite struct PipesTests {
  @Test func oneAtATime() throws {
    let queue = try Pipes.unwaiting()
    let hand = try Pipes.single()
    defer {
      Pipes.close(queue)
      Pipes.close(hand)
    }
    func put(_ line: String, _ end: Int32) -> Errno? { Array(line.utf8).withUnsafeBytes { Pipes.write($0, to: end) } }
    #expect(put("one\n", queue.write) == nil)
    #expect(put("two\n", queue.write) == nil)
    #expect(Pipes.unread(queue.read) == 8 && Pipes.unread(queue.write) == 8)
    #expect(try Pipes.move(4, from: queue.read, to: hand.write) == 4)
    #expect(Pipes.unread(hand.read) == 4 && Pipes.unread(queue.read) == 4)
    #expect(throws: Errno.again) { try Pipes.move(4, from: queue.read, to: hand.write) }
    #expect(put("x", hand.write) == .again, "it holds one")
    let other = try Pipes.unwaiting()
    defer { Pipes.close(other) }
    #expect(try Pipes.copy(4096, from: queue.read, to: other.write) == 4)
    #expect(Pipes.unread(queue.read) == 4 && Pipes.unread(other.read) == 4)
  }

  @Test func linesOfAPageAreKeptWhole() throws {
    let queue = try Pipes.unwaiting()
    defer { Pipes.close(queue) }
    let line = [UInt8](repeating: 1, count: 3000)
    var count = 0
    while line.withUnsafeBytes({ Pipes.write($0, to: queue.write) }) == nil { count += 1 }
    #expect(Pipes.unread(queue.read) == count * 3000, "no part of the one that found no room")
  }
}
