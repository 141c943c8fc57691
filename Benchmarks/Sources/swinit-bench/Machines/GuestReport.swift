/// What a payload in a machine has told: machine.h has the other side.
struct GuestReport: Equatable {
  /// A record of the kernel's log.
  struct Record: Equatable {
    /// By the kernel's clock, less what is below a microsecond.
    let microseconds: Double
    let text: String
  }

  /// `@ NAME NUMBER`, in their order.
  private(set) var numbers: [String: [Double]] = [:]
  private(set) var log: [Record] = []
  /// The fields of smaps_rollup, in KB of 1024 bytes.
  private(set) var memory: [Substring: Int] = [:]

  init(_ text: String) {
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 3, words[0] == "@", let value = Double(words[2]) {
        numbers[String(words[1]), default: []].append(value)
      } else if let semicolon = line.firstIndex(of: ";") {
        let head = line[..<semicolon].split(separator: ",")
        guard head.count >= 3, let time = Double(head[2]) else { continue }
        log.append(Record(microseconds: time, text: String(line[line.index(after: semicolon)...])))
      } else {
        memory.merge(ProcessFacts.fields(String(line))) { first, _ in first }
      }
    }
  }

  func first(_ name: String) -> Double? { numbers[name]?.first }

  /// When the kernel first said something that begins and ends so.
  func time(of begin: String, _ end: String = "") -> Double? {
    log.first { $0.text.hasPrefix(begin) && $0.text.hasSuffix(end) }?.microseconds
  }

  /// When the kernel executed its first program.
  var start: Double? { time(of: "Run ", " as init process") }

  /// The last time that the kernel gives on a console for a line with this text, in microseconds: `[    1.234567] TEXT`.
  static func time(of text: String, onConsole console: String) -> Double? {
    for line in console.split(whereSeparator: \.isNewline).reversed() {
      guard let end = line.firstIndex(of: "]"), let begin = line[..<end].lastIndex(of: "["),
        line[end...].dropFirst(2).hasPrefix(text)
      else { continue }
      let words = line[line.index(after: begin)..<end].split(separator: " ")
      if words.count == 1, let seconds = Double(words[0]) { return (seconds * 1_000_000).rounded() }
    }
    return nil
  }
}
