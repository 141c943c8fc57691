/// Bytes from the kernel, the file system or the command line. They are text by custom only, so they are kept and compared as bytes:
/// whatever came in goes out unchanged.
///
/// A text does not own its bytes: it points into the argument vector, the environment, a literal or memory that is never given back.
public struct Text: @unchecked Sendable {
  public let bytes: UnsafeBufferPointer<UInt8>

  public init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }
  public init(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) { self.bytes = UnsafeBufferPointer(rebasing: bytes) }
  public init(_ literal: StaticString) {
    bytes = UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
  }

  public var count: Int { bytes.count }
  public var isEmpty: Bool { bytes.isEmpty }
  public subscript(index: Int) -> UInt8 { bytes[index] }

  public func dropFirst(_ count: Int = 1) -> Text { Text(bytes.dropFirst(count)) }
  public func dropLast(_ count: Int = 1) -> Text { Text(bytes.dropLast(count)) }
  public func prefix(_ count: Int) -> Text { Text(bytes.prefix(count)) }

  public func firstIndex(of byte: UInt8) -> Int? { bytes.firstIndex(of: byte) }
  public func lastIndex(of byte: UInt8) -> Int? { bytes.lastIndex(of: byte) }
  public func hasPrefix(_ prefix: Text) -> Bool { count >= prefix.count && self.prefix(prefix.count) == prefix }
  public func hasPrefix(_ prefix: StaticString) -> Bool { hasPrefix(Text(prefix)) }

  /// What stands before and after the first `byte`, or nil when there is none.
  public func cut(at byte: UInt8) -> (before: Text, after: Text)? {
    guard let index = firstIndex(of: byte) else { return nil }
    return (prefix(index), dropFirst(index + 1))
  }

  /// The last component of a path: what stands after the last '/'.
  public var baseName: Text {
    guard let slash = lastIndex(of: UInt8(ascii: "/")) else { return self }
    return dropFirst(slash + 1)
  }

  public static func == (left: Text, right: Text) -> Bool { left.bytes.elementsEqual(right.bytes) }
  public static func == (left: Text, right: StaticString) -> Bool { left == Text(right) }

  /// Whether the two are equal when ASCII letters of either case count as the same.
  public func matchesIgnoringCase(_ other: StaticString) -> Bool {
    bytes.elementsEqual(Text(other).bytes) { Text.lowercase($0) == Text.lowercase($1) }
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }

  /// The number that these decimal digits write; nil for anything else, no digit at all, and what is over `limit`.
  public func decimal(upTo limit: Int) -> Int? {
    guard !isEmpty else { return nil }
    var value = 0
    for byte in bytes {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = shifted.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !overflow, !carry, sum <= limit else { return nil }
      value = sum
    }
    return value
  }

  /// Calls `body` with each part between `separator`s; an empty text is one empty part.
  public func forEachPart<Failure: Error>(
    separatedBy separator: UInt8, _ body: (Text) throws(Failure) -> Void
  ) throws(Failure) {
    var rest = self
    while let (part, after) = rest.cut(at: separator) {
      try body(part)
      rest = after
    }
    try body(rest)
  }
}

/// A text that ends with a NUL, as system calls take it.
public struct CString: @unchecked Sendable, ExpressibleByStringLiteral {
  public let pointer: UnsafePointer<CChar>

  public init(at pointer: UnsafePointer<CChar>) { self.pointer = pointer }
  /// Only as a literal of its own: a literal that is passed as a pointer is a temporary's.
  public init(stringLiteral literal: StaticString) {
    self.init(at: UnsafeRawPointer(literal.utf8Start).assumingMemoryBound(to: CChar.self))
  }
  /// A copy in memory that is never given back. For words that live as long as the process.
  public init(copying parts: Text...) {
    var count = 1
    for part in parts { count += part.count }
    let memory = UnsafeMutablePointer<CChar>.allocate(capacity: count)
    var end = memory
    for part in parts {
      for byte in part.bytes {
        end.pointee = CChar(bitPattern: byte)
        end += 1
      }
    }
    end.pointee = 0
    pointer = UnsafePointer(memory)
  }

  /// A copy of these bytes in memory that is never given back.
  public init(copying bytes: [UInt8]) { self = bytes.withUnsafeBufferPointer { CString(copying: Text($0)) } }

  public var text: Text {
    var count = 0
    while pointer[count] != 0 { count += 1 }
    let start = UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt8.self)
    return Text(UnsafeBufferPointer(start: start, count: count))
  }
  public var isEmpty: Bool { pointer.pointee == 0 }
  public func dropFirst(_ count: Int) -> CString { CString(at: pointer + count) }
}
