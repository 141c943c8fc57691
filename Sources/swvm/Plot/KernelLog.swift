/// What a kernel's log tells of its start: initcall_debug's lines, and the tracepoint of the levels.
struct KernelLog {
  struct Initcall {
    let name: String
    /// nil: of a module.
    let level: String?
    /// Seconds since the kernel's start.
    let begin: Double
    let end: Double
  }

  struct Level {
    let name: String
    let begin: Double
    var end: Double
  }

  private(set) var initcalls: [Initcall] = []
  private(set) var levels: [Level] = []

  /// - Parameter bytes: records of /dev/kmsg, `PRIORITY,NUMBER,MICROSECONDS,FLAGS;TEXT`.
  init(_ bytes: [UInt8]) {
    var open: [String: Double] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where !line.hasPrefix(" ") {
      guard let semicolon = line.firstIndex(of: ";") else { continue }
      let head = line[..<semicolon].split(separator: ",")
      guard head.count >= 3, let microseconds = Double(head[2]) else { continue }
      take(line[line.index(after: semicolon)...], at: microseconds / 1e6, &open)
    }
  }

  private mutating func take(_ text: Substring, at time: Double, _ open: inout [String: Double]) {
    let words = text.split(separator: " ")
    guard words.count >= 2 else { return }
    switch words[0] {
    case "calling": open[String(words[1])] = time
    case "initcall":
      guard words.contains("returned"), let begin = open.removeValue(forKey: String(words[1])) else { return }
      let name = words[1].split(separator: "+").first.map(String.init) ?? String(words[1])
      let isModule = words[2].hasPrefix("[")
      initcalls.append(Initcall(name: name, level: isModule ? nil : levels.last?.name, begin: begin, end: time))
    case "initcall_level:":
      guard let name = words[1].split(separator: "=").last.map(String.init) else { return }
      if !levels.isEmpty { levels[levels.count - 1].end = time }
      levels.append(Level(name: name, begin: time, end: time))
    case "Run" where words.count > 2 && words[2] == "as":
      if !levels.isEmpty { levels[levels.count - 1].end = time }
    default: break
    }
  }
}
