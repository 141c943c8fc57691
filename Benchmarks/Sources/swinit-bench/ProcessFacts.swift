/// What /proc tells of a process.
struct ProcessFacts {
  let pid: Int32

  /// Memory from smaps_rollup, in KB of 1024 bytes.
  struct Memory: Equatable {
    var resident = 0
    var proportional = 0
    var privateDirty = 0
  }

  /// R, S, D, Z… of proc(5).
  func state() throws(BenchError) -> Character {
    let path = "/proc/\(pid)/stat"
    let text = try Files.text(path)
    // The name in parentheses may hold anything, parentheses too.
    guard let end = text.lastIndex(of: ")"), let state = text[end...].dropFirst(2).first else { throw .unreadable(path: path) }
    return state
  }

  /// Nanoseconds that the process itself was on a processor: without its children, exact while it sleeps.
  func cpuNanoseconds() throws(BenchError) -> Int {
    let path = "/proc/\(pid)/schedstat"
    let text = try Files.text(path)
    guard let first = text.split(separator: " ").first, let value = Int(first) else { throw .unreadable(path: path) }
    return value
  }

  /// How often it has given up the processor, and was made to: each time that it ran.
  func contextSwitches() throws(BenchError) -> Int {
    let path = "/proc/\(pid)/status"
    let fields = ProcessFacts.fields(try Files.text(path))
    guard let voluntary = fields["voluntary_ctxt_switches"], let other = fields["nonvoluntary_ctxt_switches"] else {
      throw .unreadable(path: path)
    }
    return voluntary + other
  }

  func memory() throws(BenchError) -> Memory {
    let path = "/proc/\(pid)/smaps_rollup"
    let fields = ProcessFacts.fields(try Files.text(path))
    guard let resident = fields["Rss"], let proportional = fields["Pss"], let privateDirty = fields["Private_Dirty"] else {
      throw .unreadable(path: path)
    }
    return Memory(resident: resident, proportional: proportional, privateDirty: privateDirty)
  }

  /// The numbers of lines like `Pss:   12 kB`.
  static func fields(_ text: String) -> [Substring: Int] {
    var fields: [Substring: Int] = [:]
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let words = line[line.index(after: colon)...].split(whereSeparator: { $0 == " " || $0 == "\t" })
      if let first = words.first, let value = Int(first) { fields[line[..<colon]] = value }
    }
    return fields
  }
}
