import Testing

@testable import Sys

/// The sizes that the heap of a forking process rounds up to. That a child lives without its parent's heap is what every worker shows.
@Suite struct SlabTests {
  @Test func sizesHaveTheirPlaces() {
    var last = (index: -1, size: UInt(0))
    for bytes in UInt(1)...70_000 {
      let place = Slab.place(of: bytes)
      #expect(place.size >= bytes)
      #expect(place.size % 16 == 0)
      #expect(place.size <= max(bytes + 15, bytes + bytes / 4), "\(bytes)")
      if place.index != last.index {
        #expect(place.index == last.index + 1, "\(bytes)")
        #expect(bytes == last.size + 1, "\(bytes)")
        last = place
      } else {
        #expect(place.size == last.size)
      }
    }
    #expect(Slab.place(of: (16 << 20) - 1).index < 80)
  }

  @Test func itIsNotBegunHere() {
    #expect(Slab.allocate(64, 16) == nil)
    #expect(!Slab.free(4096))
  }
}
