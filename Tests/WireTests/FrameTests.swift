import TestSupport
import Testing

@testable import Sys
@testable import Wire

/// Frames: what goes in comes out, and what is cut or changed is refused with the reason.
@Suite struct FrameTests {
  private func fields(_ bytes: [UInt8]) throws -> [(UInt16, [UInt8])] {
    var result: [(UInt16, [UInt8])] = []
    try FrameReader(text(bytes)).forEach { (field) throws(WireError) in result.append((field.tag, Array(field.value.bytes))) }
    return result
  }

  @Test func header() throws {
    let frame = FrameBuilder(kind: 7, id: 0x0102_0304_0506_0708)
    #expect(frame.bytes == [0x53, 0x57, 1, 7, 0, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1], "the layout is for ever")
    let reader = try FrameReader(text(frame.bytes))
    #expect(reader.kind == 7)
    #expect(reader.id == 0x0102_0304_0506_0708)
  }

  @Test func fieldLayout() {
    var frame = FrameBuilder(kind: 1, id: 0)
    frame.add(0x0201, text("ab"))
    frame.add(3, UInt64(0x0405))
    #expect(Array(frame.bytes[16...]) == [1, 2, 2, 0, 0x61, 0x62, 3, 0, 2, 0, 5, 4])
    #expect(frame.bytes[4] == 12)
  }

  @Test(arguments: [0, 1, 255, 256, 65535, 65536, 1 << 40, UInt64.max]) func numbers(_ number: UInt64) throws {
    var frame = FrameBuilder(kind: 1, id: 0)
    frame.add(9, number)
    var read: UInt64?
    try FrameReader(text(frame.bytes)).forEach { (field) throws(WireError) in read = try field.number() }
    #expect(read == number)
  }

  @Test(arguments: [0, 1, -1, 127, -128, 1000, Int64.max, Int64.min]) func signedNumbers(_ number: Int64) throws {
    var frame = FrameBuilder(kind: 1, id: 0)
    frame.add(9, signed: number)
    var read: Int64?
    try FrameReader(text(frame.bytes)).forEach { (field) throws(WireError) in read = try field.signed() }
    #expect(read == number)
  }

  @Test func everyTruncation() throws {
    var frame = FrameBuilder(kind: 2, id: 5)
    frame.add(1, text("redis"))
    frame.add(2, UInt64(700))
    for count in 0..<frame.bytes.count {
      #expect(throws: WireError.truncated, "\(count) bytes") { try FrameReader(text(Array(frame.bytes[..<count]))) }
    }
    #expect(throws: WireError.oversized) { try FrameReader(text(frame.bytes + [0])) }
  }

  @Test func whatIsNoFrame() {
    var bytes = FrameBuilder(kind: 2, id: 5).bytes
    bytes[0] = 0x47
    #expect(throws: WireError.notAFrame) { try FrameReader(text(bytes)) }
    bytes[0] = 0x53
    bytes[2] = 9
    #expect(throws: WireError.version(9)) { try FrameReader(text(bytes)) }
    bytes[2] = 1
    bytes[6] = 1
    #expect(throws: WireError.oversized) { try FrameReader(text(bytes)) }
  }

  @Test func aFieldThatIsCut() throws {
    var frame = FrameBuilder(kind: 2, id: 5)
    frame.add(1, text("redis"))
    var bytes = frame.bytes
    bytes[18] = 6
    #expect(throws: WireError.truncated) { try fields(bytes) }
    // A header of a field that ends early.
    bytes = Array(frame.bytes[..<19])
    bytes[4] = 3
    #expect(throws: WireError.truncated) { try fields(bytes) }
  }

  @Test func aNumberOfNineBytesIsNone() throws {
    var frame = FrameBuilder(kind: 2, id: 5)
    frame.add(4, text("123456789"))
    #expect(throws: WireError.field(4)) {
      try FrameReader(text(frame.bytes)).forEach { (field) throws(WireError) in _ = try field.number() }
    }
  }

  @Test func whatDoesNotFitIsNotComplete() {
    var frame = FrameBuilder(kind: 1, id: 0)
    let long = text([UInt8](repeating: 0x61, count: 40000))
    frame.add(1, long)
    #expect(frame.isComplete)
    frame.add(1, long)
    #expect(!frame.isComplete)
    #expect(frame.bytes.count <= Frame.maximum)
  }

  /// Whatever comes, it is read or refused; nothing traps.
  @Test func anyBytes() {
    var random = SplitMix(seed: 5)
    var frame = FrameBuilder(kind: Verb.create.rawValue, id: 1)
    var specification = Specification()
    specification.name = text("a")
    specification.arguments = [text("b"), text("c")]
    specification.limits = [.init(resource: 7, soft: 1, hard: 2)]
    specification.nice = -5
    specification.add(to: &frame)
    for _ in 0..<20000 {
      var bytes = frame.bytes
      for _ in 0..<(1 + random.next() % 4) {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      if random.next() % 3 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
      guard let reader = try? FrameReader(text(bytes)) else { continue }
      _ = try? Request(reader)
      _ = try? Reply(reader)
    }
  }
}
