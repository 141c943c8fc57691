import Sys
import TestSupport
import Testing

@Suite struct ByteRingTests {
  private static func ring(_ capacity: UInt32 = 16) -> ByteRing {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: ByteRing.headerSize + Int(capacity), alignment: 128)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: ByteRing.headerSize + Int(capacity))
    return ByteRing(header: memory, data: memory + ByteRing.headerSize, capacity: capacity)
  }

  private static func take(_ ring: ByteRing, _ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count, ring.count > 0 {
      let part = ring.filled.prefix(count - bytes.count)
      bytes += Array(part)
      ring.free(part.count)
    }
    return bytes
  }

  @Test func emptyAndFull() {
    let ring = ByteRingTests.ring()
    #expect(ring.count == 0 && ring.room == 16 && ring.filled.isEmpty && ring.free.count == 16)
    #expect([UInt8](0..<20).withUnsafeBytes { ring.write($0) } == 16)
    #expect(ring.count == 16 && ring.room == 0 && ring.free.isEmpty && ring.filled.count == 16)
    #expect(ByteRingTests.take(ring, 100) == [UInt8](0..<16))
    #expect(ring.count == 0)
  }

  /// Whatever is written comes out in its order, across the end of the memory many times.
  @Test func anyPortions() {
    var random = SplitMix(seed: 7)
    let ring = ByteRingTests.ring()
    var written: UInt8 = 0
    var taken: UInt8 = 0
    for _ in 0..<20_000 {
      let portion = (0..<Int.random(in: 0...20, using: &random)).map { UInt8(truncatingIfNeeded: Int(written) + $0) }
      written &+= UInt8(truncatingIfNeeded: portion.withUnsafeBytes { ring.write($0) })
      for byte in ByteRingTests.take(ring, Int.random(in: 0...20, using: &random)) {
        #expect(byte == taken)
        taken &+= 1
      }
    }
    #expect(ring.count == Int(written &- taken))
  }

  /// The other side may write anything there: no more is read than the memory holds.
  @Test func nonsenseInTheHeader() {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: ByteRing.headerSize + 16, alignment: 128)
    defer { memory.deallocate() }
    for (written, taken) in [(UInt32.max, UInt32(0)), (5, 9), (0x8000_0000, 7)] {
      memory.initializeMemory(as: UInt8.self, repeating: 0, count: ByteRing.headerSize + 16)
      memory.storeBytes(of: written, as: UInt32.self)
      memory.storeBytes(of: taken, toByteOffset: 64, as: UInt32.self)
      let ring = ByteRing(header: memory, data: memory + ByteRing.headerSize, capacity: 16)
      #expect(ring.count <= 16 && ring.filled.count <= 16 && ring.room >= 0 && ring.free.count <= 16)
    }
  }

  @Test func roomIsAskedForOnce() {
    let ring = ByteRingTests.ring()
    #expect(ring.takeRequestForRoom() == .none)
    ring.askForRoom()
    #expect(ring.takeRequestForRoom() == .waiting)
    #expect(ring.takeRequestForRoom() == .none)
  }
}
