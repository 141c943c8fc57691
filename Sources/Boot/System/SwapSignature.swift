import Sys

/// The head of a swap area as mkswap(8) writes it, for UUID= and LABEL= in fstab(5): union swap_header of linux/swap.h.
struct SwapSignature {
  let uuid: [UInt8]
  let label: [UInt8]

  /// The mark stands at the end of a page, whose size may be another machine's.
  static func read(_ disk: DiskBytes) -> SwapSignature? {
    for page in [4096, 8192, 16384, 65536] {
      guard let head = disk.window(at: 0, count: page) else { return nil }
      guard head.holds("SWAPSPACE2", at: page - 10) else { continue }
      return SwapSignature(uuid: head.uuid(1036), label: head.label(1052, 16))
    }
    return nil
  }
}

extension RootFinder {
  /// The swap area that `UUID=` or `LABEL=` names; other forms are found as file systems are.
  static func swap(_ specification: RootSpecification) -> BlockDevice? {
    switch specification {
    case .fileSystemUUID(let uuid):
      BlockDevice.all().first { device in
        signature(of: device).map { $0.uuid.count == uuid.count && uuid.matchesIgnoringCase($0.uuid) } == true
      }
    case .fileSystemLabel(let label):
      BlockDevice.all().first { device in signature(of: device).map { label.bytes.elementsEqual($0.label) } == true }
    default: RootFinder(specification).find()
    }
  }

  private static func signature(of device: BlockDevice) -> SwapSignature? {
    device.withBytes { SwapSignature.read($0) } ?? nil
  }
}

extension Text {
  fileprivate func matchesIgnoringCase(_ other: [UInt8]) -> Bool {
    bytes.elementsEqual(other) { asciiLowercase($0) == asciiLowercase($1) }
  }
}
