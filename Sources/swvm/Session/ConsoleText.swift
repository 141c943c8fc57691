import Glibc

/// What came on the kernel's console: kept for the case that the machine is lost, and shown with -v.
struct ConsoleText {
  enum Showing {
    case hidden, shown
  }

  private let showing: Showing
  private var bytes: [UInt8] = []

  init(_ showing: Showing) { self.showing = showing }

  mutating func take(_ more: [UInt8]) {
    let plain = more.filter { $0 != 13 }
    if showing == .shown { Bytes.writeAll(plain, to: 2) }
    bytes += plain
    if bytes.count > 1 << 18 { bytes.removeFirst(bytes.count - 1 << 17) }
  }

  func tail(_ count: Int) -> [String] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").suffix(count).map(String.init)
  }

  var hasPanic: Bool { String(decoding: bytes, as: UTF8.self).contains("Kernel panic") }
}
