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

  private var lines: [String] { String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init) }

  var hasSpoken: Bool { !bytes.isEmpty }

  /// What tells best how it came to the end: from the panic on, else the last lines.
  func lastWords(_ count: Int) -> [String] {
    guard let panic = lines.firstIndex(where: ConsoleText.isPanic) else { return lines.suffix(count) }
    return Array(lines[panic...].prefix(count))
  }

  var hasPanic: Bool { lines.contains(where: ConsoleText.isPanic) }

  private static func isPanic(_ line: String) -> Bool {
    line.contains("Kernel panic") || line.contains("] BUG: ") || line.contains("] Oops: ")
      || line.contains("sysrq: Trigger a crash")
  }
}
