public import Sys

/// A frame: what one packet of the control socket holds, a worker's definition in the table, and what a new worker reads.
///
///     0  magic "SW"        2  version     3  kind      4  length of what follows the header
///     8  id, the sender's  16 fields: tag (2), length (2), bytes
///
/// Numbers are little-endian. A reader skips fields whose tags it does not know, so a tag, once used, keeps its meaning for ever, and
/// none is used again.
public enum Frame {
  public static let version: UInt8 = 1
  public static let headerSize = 16
  public static let fieldHeaderSize = 4
  /// Header and fields together.
  public static let maximum = 65536

  static let magic: (UInt8, UInt8) = (UInt8(ascii: "S"), UInt8(ascii: "W"))
}

/// Why bytes are no frame, or not one that can be obeyed.
public enum WireError: Error, Equatable, Sendable {
  /// Fewer bytes than a header, or than the header says.
  case truncated
  /// More bytes than the header says, or than a frame may have.
  case oversized
  /// It does not begin as a frame does.
  case notAFrame
  /// Another version of the protocol.
  case version(UInt8)
  /// A kind that is unknown, or none of those that are expected here.
  case kind(UInt8)
  /// A field whose bytes cannot be what its tag says.
  case field(UInt16)
  /// A field that has to be there is not.
  case missing(UInt16)
  /// kthreadd has died over these very bytes.
  case quarantined

  /// The errno that goes with it in a reply.
  public var errno: Errno {
    switch self {
    case .oversized: .messageSize
    case .version, .kind: .notSupported
    case .quarantined: .notRecoverable
    case .truncated, .notAFrame, .field, .missing: .badMessage
    }
  }
}

/// Puts a frame together.
public struct FrameBuilder {
  public private(set) var bytes: [UInt8]
  /// Whether everything that was added has fitted. A frame that has not is not to be sent.
  public private(set) var isComplete = true

  public init(kind: UInt8, id: UInt64) {
    bytes = []
    bytes.reserveCapacity(256)
    bytes.append(Frame.magic.0)
    bytes.append(Frame.magic.1)
    bytes.append(Frame.version)
    bytes.append(kind)
    for _ in 0..<4 { bytes.append(0) }
    append(id, bytes: 8)
  }

  public mutating func add(_ tag: UInt16, _ value: Text) {
    guard value.count <= Int(UInt16.max), bytes.count + Frame.fieldHeaderSize + value.count <= Frame.maximum else {
      isComplete = false
      return
    }
    append(UInt64(tag), bytes: 2)
    append(UInt64(value.count), bytes: 2)
    bytes.append(contentsOf: value.bytes)
    setLength()
  }

  /// A number, in as few bytes as hold it; 0 has none.
  public mutating func add(_ tag: UInt16, _ value: UInt64) {
    let count = (71 - value.leadingZeroBitCount) / 8
    guard bytes.count + Frame.fieldHeaderSize + count <= Frame.maximum else {
      isComplete = false
      return
    }
    append(UInt64(tag), bytes: 2)
    append(UInt64(count), bytes: 2)
    append(value, bytes: count)
    setLength()
  }

  /// A signed number, as its two's complement.
  public mutating func add(_ tag: UInt16, signed value: Int64) { add(tag, UInt64(bitPattern: value << 1 ^ value >> 63)) }

  private mutating func append(_ value: UInt64, bytes count: Int) {
    for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
  }

  private mutating func setLength() {
    let length = bytes.count - Frame.headerSize
    for index in 0..<4 { bytes[4 + index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
  }
}

/// Reads a frame where it lies; its texts point into it.
public struct FrameReader {
  public let kind: UInt8
  public let id: UInt64
  private let body: Text

  public init(_ frame: Text) throws(WireError) {
    guard frame.count >= 2 else { throw .truncated }
    guard frame[0] == Frame.magic.0, frame[1] == Frame.magic.1 else { throw .notAFrame }
    guard frame.count >= Frame.headerSize else { throw .truncated }
    guard frame[2] == Frame.version else { throw .version(frame[2]) }
    let length = frame.number(at: 4, bytes: 4)
    guard length <= UInt64(Frame.maximum - Frame.headerSize) else { throw .oversized }
    let end = Frame.headerSize + Int(length)
    guard frame.count >= end else { throw .truncated }
    guard frame.count == end else { throw .oversized }
    kind = frame[3]
    id = frame.number(at: 8, bytes: 8)
    body = frame.dropFirst(Frame.headerSize)
  }

  public struct Field {
    public let tag: UInt16
    public let value: Text

    /// The value as a number of up to 64 bits.
    public func number() throws(WireError) -> UInt64 {
      guard value.count <= 8 else { throw .field(tag) }
      return value.number(at: 0, bytes: value.count)
    }

    public func number(upTo limit: UInt64) throws(WireError) -> UInt64 {
      let number = try number()
      guard number <= limit else { throw .field(tag) }
      return number
    }

    public func signed() throws(WireError) -> Int64 {
      let number = try number()
      return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }

    /// Text without a NUL: it becomes somebody's C string.
    public func text() throws(WireError) -> Text {
      guard value.firstIndex(of: 0) == nil else { throw .field(tag) }
      return value
    }
  }

  /// Calls `body` with each field, in order.
  public func forEach(_ visit: (Field) throws(WireError) -> Void) throws(WireError) {
    var rest = body
    while !rest.isEmpty {
      guard rest.count >= Frame.fieldHeaderSize else { throw .truncated }
      let tag = UInt16(rest.number(at: 0, bytes: 2))
      let length = Int(rest.number(at: 2, bytes: 2))
      rest = rest.dropFirst(Frame.fieldHeaderSize)
      guard rest.count >= length else { throw .truncated }
      try visit(Field(tag: tag, value: rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
  }
}

extension Text {
  /// An unsigned little-endian number of up to eight bytes.
  fileprivate func number(at offset: Int, bytes count: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(self[offset + index]) << UInt64(8 * index) }
    return value
  }
}
