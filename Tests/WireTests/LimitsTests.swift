import TestSupport
import Testing

@testable import Sys
@testable import Wire

/// Outputs and limits on their way: definitions, and what is told of workers.
@Suite struct LimitsTests {
  private func round(_ specification: Specification) throws -> Specification {
    var frame = FrameBuilder(kind: Verb.run.rawValue, id: 1)
    specification.add(to: &frame)
    return try frame.bytes.withUnsafeBufferPointer { try Specification(try FrameReader(text(Array($0)))) }
  }

  @Test func definitions() throws {
    var all = Specification()
    all.name = text("a")
    all.arguments = [text("x")]
    #expect(try round(all).logFiles == nil)
    all.output = .file
    all.outputPath = text("/var/log/a")
    all.logSize = .max
    all.logFiles = 100
    all.memoryHigh = 0
    all.processorQuota = 1000
    let read = try round(all)
    #expect(read.output == .file && read.outputPath?.string == "/var/log/a")
    #expect(read.logSize == .max && read.logFiles == 100 && read.memoryHigh == 0 && read.processorQuota == 1000)
  }

  /// A client may send anything.
  @Test func badDefinitions() throws {
    func refused(_ change: (inout Specification) -> Void) -> WireError? {
      var one = Specification()
      one.name = text("a")
      one.arguments = [text("x")]
      one.output = .file
      one.outputPath = text("/x")
      change(&one)
      do { _ = try round(one) } catch { return error as? WireError }
      return nil
    }
    #expect(refused { _ in } == nil)
    #expect(refused { $0.outputPath = nil } == .missing(Tag.outputPath))
    #expect(refused { $0.outputPath = text("x") } == .field(Tag.outputPath))
    #expect(refused { $0.outputPath = text("/x\0y") } == .field(Tag.outputPath))
    #expect(refused { $0.logFiles = 101 } == .field(Tag.logFiles))
  }

  @Test(arguments: ["", "a"]) func status(_ name: String) throws {
    var reply = Reply(.done, id: 1)
    reply.worker.name = text(name)
    reply.worker.oomKills = 1 << 40
    reply.worker.cause = .memory
    reply.worker.wanting = [.memory, .processors]
    reply.worker.because = .occupied
    let frame = reply.frame()
    let worker = try frame.bytes.withUnsafeBufferPointer { try Reply(try FrameReader(text(Array($0)))) }.worker
    #expect(worker.oomKills == 1 << 40 && worker.cause == .memory)
    #expect(worker.wanting == [.memory, .processors] && worker.because == .occupied)
  }
}
