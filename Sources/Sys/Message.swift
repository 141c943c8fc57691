/// A line for a person, put together without allocating: `"cannot forward \(signal) to \(process): \(error)"`.
///
/// It is always one line: control characters of the words in it are written as `\xNN`, a word of over 256 bytes is cut in its
/// middle, and what does not fit into the line ends with "…".
///
/// The functions that do the work are kept out of line: there are many messages, and each is built where it is said.
public struct Message: ExpressibleByStringInterpolation, StringInterpolationProtocol, Sendable {
  public typealias StringInterpolation = Message
  public typealias StringLiteralType = StaticString

  public static let capacity = 1024

  private var buffer: InlineArray<1024, UInt8>
  public private(set) var count: Int

  @inline(never)
  public init() {
    buffer = InlineArray(repeating: 0)
    count = 0
  }

  public init(stringLiteral literal: StaticString) {
    self.init()
    append(literal)
  }
  public init(stringInterpolation: Message) { self = stringInterpolation }
  public init(literalCapacity: Int, interpolationCount: Int) { self.init() }

  public mutating func appendLiteral(_ literal: StaticString) { append(literal) }
  public mutating func appendInterpolation(_ text: Text) { append(word: text) }
  public mutating func appendInterpolation(_ text: CString) { append(word: text.text) }
  public mutating func appendInterpolation(_ literal: StaticString) { append(literal) }
  public mutating func appendInterpolation(_ value: Int) { append(decimal: value) }
  public mutating func appendInterpolation(_ value: Int32) { append(decimal: Int(value)) }
  public mutating func appendInterpolation(_ value: Int64) { append(decimal: Int(value)) }
  public mutating func appendInterpolation(octal value: UInt32) { append(UInt(value), radix: 8) }
  public mutating func appendInterpolation(hexadecimal value: UInt64) { append(UInt(value), radix: 16) }
  public mutating func appendInterpolation(_ error: Errno) { append(error.text) }
  public mutating func appendInterpolation(_ signal: Signal) { append(signal) }
  public mutating func appendInterpolation(_ process: ProcessID) { append(decimal: Int(process.rawValue)) }
  public mutating func appendInterpolation(_ other: Message) { append(contentsOf: other) }

  /// Calls `body` with the bytes written so far.
  public func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    buffer.span.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0.prefix(count))) }
  }

  @inline(never)
  public mutating func append(byte: UInt8) {
    guard count < Message.capacity - 4 else {
      if count < Message.capacity - 1 {
        // The line is full: an ellipsis, once.
        buffer[count] = 0xE2
        buffer[count + 1] = 0x80
        buffer[count + 2] = 0xA6
        count = Message.capacity - 1
      }
      return
    }
    buffer[count] = byte
    count += 1
  }

  @inline(never)
  public mutating func append(_ literal: StaticString) { append(Text(literal)) }

  @inline(never)
  public mutating func append(_ text: Text) {
    for byte in text.bytes { append(byte: byte) }
  }

  @inline(never)
  public mutating func append(contentsOf other: Message) {
    for index in 0..<other.count { append(byte: other.buffer[index]) }
  }

  /// Appends a word that somebody else wrote.
  @inline(never)
  public mutating func append(word: Text) {
    guard word.count > 256 else { return append(escaping: word) }
    append(escaping: word.prefix(200))
    append("…")
    append(escaping: word.dropFirst(word.count - 40))
  }

  @inline(never)
  private mutating func append(escaping text: Text) {
    for byte in text.bytes {
      guard byte < 0x20 || byte == 0x7F else {
        append(byte: byte)
        continue
      }
      append("\\x")
      append(hexadecimalByte: byte)
    }
  }

  @inline(never)
  public mutating func append(decimal value: Int) {
    if value < 0 { append(byte: UInt8(ascii: "-")) }
    append(value.magnitude, radix: 10)
  }

  @inline(never)
  private mutating func append(_ value: UInt, radix: UInt) {
    if value >= radix { append(value / radix, radix: radix) }
    append(byte: Message.digit(UInt8(truncatingIfNeeded: value % radix)))
  }

  @inline(never)
  public mutating func append(_ signal: Signal) {
    append("SIG")
    signal.appendName(to: &self)
  }

  /// Appends two hexadecimal digits.
  public mutating func append(hexadecimalByte byte: UInt8) {
    append(byte: Message.digit(byte >> 4))
    append(byte: Message.digit(byte & 15))
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  /// Writes the bytes as they are, without a newline, and waits for a slow reader; for text that was asked for.
  public func write(to stream: StandardStream) throws(Errno) {
    var result = Errno(0)
    withBytes { bytes in
      do throws(Errno) { try stream.write(bytes) } catch { result = error }
    }
    if result != Errno(0) { throw result }
  }

  /// Writes the line and its newline to standard error, in one write(2) so that lines of several processes do not mix.
  ///
  /// It never blocks: a reader that is slow or gone loses the line, not the container.
  @inline(never)
  public func send() {
    var line = self
    line.buffer[line.count] = UInt8(ascii: "\n")
    line.count += 1
    line.withBytes { StandardStream.sayUnlessFull($0) }
  }
}
