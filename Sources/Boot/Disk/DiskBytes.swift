/// The bytes of a block device or of an image of one, read where a parser asks for them.
///
/// What stands on a disk is not to be trusted: a place over the end is nil, never a trap, whatever the number that named it.
public struct DiskBytes {
  /// pread(2): `count` bytes at `offset`, or nil when there are not that many or they cannot be read.
  public typealias Reader = (_ offset: UInt64, _ count: Int) -> [UInt8]?

  /// In bytes.
  public let size: UInt64
  private let reader: Reader

  public init(size: UInt64, reader: @escaping Reader) {
    self.size = size
    self.reader = reader
  }

  /// Exactly `count` bytes at `offset`.
  func window(at offset: UInt64, count: Int) -> Window? {
    guard count >= 0, UInt64(count) <= size, offset <= size - UInt64(count) else { return nil }
    guard let bytes = reader(offset, count), bytes.count == count else { return nil }
    return Window(bytes: bytes)
  }

  /// Some bytes of a disk, and the numbers that they write. A number that lies over the window's end is 0.
  struct Window {
    let bytes: [UInt8]

    var count: Int { bytes.count }

    func byte(_ offset: Int) -> UInt8 { offset >= 0 && offset < bytes.count ? bytes[offset] : 0 }
    func little16(_ offset: Int) -> UInt16 { UInt16(truncatingIfNeeded: little(offset, 2)) }
    func little32(_ offset: Int) -> UInt32 { UInt32(truncatingIfNeeded: little(offset, 4)) }
    func little64(_ offset: Int) -> UInt64 { little(offset, 8) }
    func big16(_ offset: Int) -> UInt16 { little16(offset).byteSwapped }
    func big32(_ offset: Int) -> UInt32 { little32(offset).byteSwapped }
    func big64(_ offset: Int) -> UInt64 { little64(offset).byteSwapped }

    private func little(_ offset: Int, _ count: Int) -> UInt64 {
      guard offset >= 0, offset <= bytes.count - count else { return 0 }
      var value: UInt64 = 0
      for index in 0..<count { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
      return value
    }

    /// Whether these bytes stand at `offset`.
    func holds(_ literal: StaticString, at offset: Int) -> Bool {
      guard offset >= 0, offset <= bytes.count - literal.utf8CodeUnitCount else { return false }
      for index in 0..<literal.utf8CodeUnitCount where bytes[offset + index] != literal.utf8Start[index] { return false }
      return true
    }

    /// The part of the window that begins at `offset`, as far as there is one.
    func part(_ offset: Int, _ count: Int) -> Window {
      let start = min(max(offset, 0), bytes.count)
      return Window(bytes: [UInt8](bytes[start..<min(start + max(count, 0), bytes.count)]))
    }

    /// A label: up to the first NUL, without blanks at its end, as libblkid gives it.
    func label(_ offset: Int, _ count: Int) -> [UInt8] {
      var label: [UInt8] = []
      for index in offset..<offset + count {
        let byte = byte(index)
        if byte == 0 { break }
        label.append(byte)
      }
      Window.trim(&label)
      return label
    }

    /// Takes white space off the end.
    static func trim(_ label: inout [UInt8]) {
      while let last = label.last, last == 0x20 || (last >= 0x09 && last <= 0x0D) { label.removeLast() }
    }

    /// `8-4-4-4-12` in lower case. The first three numbers of a GUID are little-endian. Sixteen zeros are no UUID: empty.
    func uuid(_ offset: Int, isGUID: Bool = false) -> [UInt8] {
      guard little64(offset) != 0 || little64(offset + 8) != 0 else { return [] }
      var text: [UInt8] = []
      for index in 0..<16 {
        if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
        text.appendHexadecimal(UInt32(byte(offset + (isGUID ? Window.guidOrder(index) : index))), digits: 2)
      }
      return text
    }

    private static func guidOrder(_ index: Int) -> Int {
      switch index {
      case 0...3: 3 - index
      case 4, 5: 9 - index
      case 6, 7: 13 - index
      default: index
      }
    }
  }
}

extension [UInt8] {
  /// Appends the last `digits` hexadecimal digits of a number.
  mutating func appendHexadecimal(_ value: UInt32, digits: UInt32, upperCase: Bool = false) {
    for index in 1...digits {
      let digit = UInt8(truncatingIfNeeded: value >> (4 * (digits - index))) & 15
      append(digit < 10 ? UInt8(ascii: "0") + digit : (upperCase ? UInt8(ascii: "A") : UInt8(ascii: "a")) + digit - 10)
    }
  }
}

/// A cyclic redundancy check of 32 bits with reflected bytes, as GPT and most file systems have one.
struct CRC32 {
  /// IEEE 802.3: GPT.
  static let ethernet: UInt32 = 0xEDB8_8320
  /// Castagnoli's, crc32c: ext4, xfs, btrfs, erofs.
  static let castagnoli: UInt32 = 0x82F6_3B78

  private var table: InlineArray<16, UInt32>
  /// The state, without the inversion at the end that some formats have.
  private(set) var state: UInt32 = ~0

  init(_ polynomial: UInt32) {
    table = InlineArray(repeating: 0)
    for index in 0..<16 {
      var value = UInt32(truncatingIfNeeded: index)
      for _ in 0..<4 { value = value & 1 == 0 ? value >> 1 : value >> 1 ^ polynomial }
      table[index] = value
    }
  }

  mutating func add(_ byte: UInt8) {
    state ^= UInt32(byte)
    state = state >> 4 ^ table[Int(state & 15)]
    state = state >> 4 ^ table[Int(state & 15)]
  }

  /// Adds a part of the window. The four bytes at `hole` count as zeros: it is where the sum itself stands.
  mutating func add(_ window: DiskBytes.Window, from start: Int, count: Int, hole: Int = -4) {
    for index in start..<start + count { add(index >= hole && index < hole + 4 ? 0 : window.byte(index)) }
  }
}
