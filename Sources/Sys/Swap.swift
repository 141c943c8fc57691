import CSys

/// Swap areas, swapon(2).
public enum Swap {
  /// SWAP_FLAG_… of linux/swap.h.
  public struct Flags: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let discard = Flags(rawValue: 0x1_0000)
    public static let discardOnce = Flags(rawValue: 0x2_0000)
    public static let discardPages = Flags(rawValue: 0x4_0000)

    /// SWAP_FLAG_PREFER with a priority of 0 to 32767.
    public static func priority(_ value: Int) -> Flags { Flags(rawValue: 0x8000 | (value & 0x7FFF)) }
  }

  /// swapon(2). EBUSY for one that is in use already.
  public static func on(_ path: CString, _ flags: Flags = []) throws(Errno) {
    try systemCall(SYS_swapon, Int(bitPattern: path.pointer), flags.rawValue)
  }

  /// swapoff(2): reads back everything that is there. ENOMEM when it does not fit.
  public static func off(_ path: CString) throws(Errno) { try systemCall(SYS_swapoff, Int(bitPattern: path.pointer)) }
}
