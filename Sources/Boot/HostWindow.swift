public import Sys

/// Memory that a test machine and its host both see: the host gives the machine's memory a file, and this part of it is kept from the
/// kernel by `memmap=`. Through it go the command and what it needs, its input and output, and how it ended; no driver is needed, and a
/// byte costs as much as in a pipe.
///
/// Each side rings when it has changed something: the machine by a byte to the port of QEMU's isa-debugcon, the host by a byte on the
/// second serial port.
public struct HostWindow {
  public static let size = 4 << 20
  /// Where the machine rings.
  public static let bell: UInt16 = 0xE9
  /// Where it is rung at: no console, and nothing but the bell comes there.
  public static let doorbell: CString = "/dev/ttyS1"

  private static let magic: UInt64 = 0x316D_7673_6E69_7773
  private let base: UnsafeMutableRawPointer

  /// What has come so far, in the machine's words.
  public enum State: UInt32, Sendable {
    /// The machine has not come this far.
    case silent = 0
    case attached = 1
    case started = 2
    /// The exit code stands in the window, and all output before it.
    case ended = 3
    /// There is none: swinit could not go on.
    case failed = 4
  }

  /// Moments of a boot, in nanoseconds of the machine's own clock.
  public enum Milestone: Int, CaseIterable, Sendable {
    /// PID 1 has begun.
    case initStarted
    case modulesLoaded
    case rootEntered
    case commandStarted
    /// Nothing is left of the command.
    case allEnded
  }

  /// - Parameter base: `size` bytes that start at a page.
  public init(at base: UnsafeMutableRawPointer) { self.base = base }

  private enum Place {
    static let magic = 0
    static let state = 8
    static let code = 12
    static let milestones = 16
    static let rings = 256
    static let request = 4096
    static let requestEnd = 0x80000
  }

  /// The host's: marks the memory as a window, and leaves `request` in it. False when that is too long.
  public func prepare(request: [UInt8]) -> Preparation {
    guard request.count < Place.requestEnd - Place.request else { return .tooLong }
    base.storeBytes(of: HostWindow.magic, toByteOffset: Place.magic, as: UInt64.self)
    UnsafeMutableRawBufferPointer(start: base + Place.request, count: request.count).copyBytes(from: request)
    (base + Place.request).storeBytes(of: 0, toByteOffset: request.count, as: UInt8.self)
    return .done
  }

  public enum Preparation {
    case done, tooLong
  }

  /// Whether a host has prepared it.
  public var isPrepared: Bool { base.load(fromByteOffset: Place.magic, as: UInt64.self) == HostWindow.magic }

  /// `name=value`, each with a NUL behind it; nothing behind the last.
  public var request: Text {
    let all = UnsafeRawBufferPointer(start: base + Place.request, count: Place.requestEnd - Place.request)
    var end = 0
    while end + 1 < all.count, all[end] != 0 || all[end + 1] != 0 { end += 1 }
    return Text(UnsafeRawBufferPointer(rebasing: all[..<end]).assumingMemoryBound(to: UInt8.self))
  }

  public var state: State { State(rawValue: base.load(fromByteOffset: Place.state, as: UInt32.self)) ?? .failed }

  /// Anything that comes with a state is written before it; the bell, a system call, is rung after it.
  public func enter(_ state: State) { base.storeBytes(of: state.rawValue, toByteOffset: Place.state, as: UInt32.self) }

  public var code: Int32 {
    get { base.load(fromByteOffset: Place.code, as: Int32.self) }
    nonmutating set { base.storeBytes(of: newValue, toByteOffset: Place.code, as: Int32.self) }
  }

  /// 0: it was not reached.
  public subscript(milestone: Milestone) -> Int64 {
    get { base.load(fromByteOffset: Place.milestones + 8 * milestone.rawValue, as: Int64.self) }
    nonmutating set { base.storeBytes(of: newValue, toByteOffset: Place.milestones + 8 * milestone.rawValue, as: Int64.self) }
  }

  public enum Stream: Int, CaseIterable, Sendable {
    /// To the machine: `HostFrame`s.
    case input
    /// From it: the command's bytes as they are.
    case output
    case error
    /// The kernel's log, where it was asked for.
    case log
  }

  public subscript(stream: Stream) -> ByteRing {
    let (place, size): (Int, UInt32) =
      switch stream {
      case .input: (0x80000, 0x80000)
      case .output: (0x100000, 0x100000)
      case .error: (0x200000, 0x80000)
      case .log: (0x300000, 0x100000)
      }
    return ByteRing(header: base + Place.rings + stream.rawValue * ByteRing.headerSize, data: base + place, capacity: size)
  }
}

/// What the host sends: a header of four bytes, and what it says.
public enum HostFrame: UInt8, Sendable {
  /// Bytes for the command's input.
  case data = 1
  /// No more of them will come.
  case end = 2
  /// A terminal's size: two numbers of two bytes, rows and columns.
  case size = 3
  /// A signal for the command: its number, one byte.
  case signal = 4

  public static let headerSize = 4
  public static let longest = 1 << 16

  /// The header of a frame with `count` bytes behind it.
  public func header(count: Int) -> (UInt8, UInt8, UInt8, UInt8) {
    (rawValue, UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count >> 16))
  }
}
