import Boot
import Glibc
import Sys

/// The way into the machine: frames into the window's ring.
struct InputStream {
  private let ring: ByteRing
  private(set) var isOpen = true
  private var escape = Escape()
  private let source: Source

  enum Source {
    case plain, terminal
  }

  init(_ ring: ByteRing, _ source: Source) {
    self.ring = ring
    self.source = source
  }

  /// Whether swvm's input is worth to be read now. Otherwise the machine is asked to ring when it is.
  var wantsBytes: Bool {
    guard isOpen else { return false }
    if ring.room >= InputStream.reserve + 8 { return true }
    ring.askForRoom()
    return ring.room >= InputStream.reserve + 8
  }

  /// Kept free of data, for what must get through: sizes and signals.
  private static let reserve = 4096

  enum Event {
    case none, leave
  }

  /// Reads once from swvm's input.
  mutating func take(from descriptor: Int32) -> Event {
    let limit = min(HostFrame.longest, ring.room - InputStream.reserve - HostFrame.headerSize - 4)
    guard limit > 0 else { return .none }
    guard var bytes = Bytes.readSome(from: descriptor, limit: limit) else {
      isOpen = false
      send(.end, [])
      return .none
    }
    var event = Event.none
    if source == .terminal {
      let (rest, meaning) = escape.filter(bytes)
      bytes = rest
      if meaning == .leave { event = .leave }
    }
    if !bytes.isEmpty { send(.data, bytes) }
    return event
  }

  func send(_ frame: HostFrame, _ bytes: [UInt8]) {
    let header = frame.header(count: bytes.count)
    var whole = [header.0, header.1, header.2, header.3] + bytes
    while whole.count % 4 != 0 { whole.append(0) }
    // A machine that takes nothing at all does not stop swvm: what does not fit is lost.
    guard ring.room >= whole.count else { return }
    whole.withUnsafeBytes { _ = ring.write($0) }
  }
}
