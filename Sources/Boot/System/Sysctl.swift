public import Sys

/// sysctl.d(5): values for the kernel's variables below /proc/sys.
///
/// Later assignments win; one by name wins over one by pattern, wherever it stands, and so does an exclusion.
public struct Sysctl {
  struct Setting {
    /// Below /proc/sys, with '/' between.
    let key: [UInt8]
    /// nil: an exclusion, `-key` without a value.
    let value: [UInt8]?
    /// `-` before the key.
    let failure: Failure
    let origin: Origin

    enum Failure { case isTold, isIgnored }

    var isPattern: Bool { key.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") } }
  }

  /// The line that something was read from.
  struct Origin {
    let file: CString
    let line: Int
  }

  private(set) var settings: [Setting] = []

  public init() {}

  /// Everything that the machine's files say: those of sysctl.d by name, and /etc/sysctl.conf last.
  public static func applyAll(_ report: (SystemLine) -> Void) -> Errno? {
    var sysctl = Sysctl()
    var first = FirstError()
    for file in DropIns.files(of: "sysctl.d") + ["/etc/sysctl.conf"] {
      sysctl.read(FileDescriptor.text(of: file), file) { origin, error in
        report(.failure("\(origin.file):\(origin.line): '\(error.word)': expected \(error.expected)"))
        first.take(.invalid)
      }
    }
    if let error = sysctl.apply(report) { first.take(error) }
    return first.value
  }

  /// Adds what a file says. Comments begin with '#' or ';'.
  mutating func read(_ text: Text, _ file: CString, _ mistake: (Origin, BadWord) -> Void) {
    text.forEachLine(comments: "#;") { line, number in
      let origin = Origin(file: file, line: number)
      do throws(BadWord) { add(try Sysctl.setting(line, origin)) } catch { mistake(origin, error) }
    }
  }

  private mutating func add(_ setting: Setting) {
    settings.removeAll { $0.key == setting.key }
    settings.append(setting)
  }

  private static func setting(_ line: Text, _ origin: Origin) throws(BadWord) -> Setting {
    let isIgnored = line[0] == UInt8(ascii: "-")
    let rest = isIgnored ? line.dropFirst() : line
    guard let (name, value) = rest.cut(at: UInt8(ascii: "=")) else {
      guard isIgnored else { throw BadWord(line, expected: "key = value") }
      return Setting(key: try key(rest.trimmed), value: nil, failure: .isIgnored, origin: origin)
    }
    return Setting(
      key: try key(name.trimmed), value: [UInt8](value.trimmed.bytes), failure: isIgnored ? .isIgnored : .isTold, origin: origin)
  }

  /// `net.ipv4.conf.eth0/1.forwarding` and `net/ipv4/conf/eth0.1/forwarding` are the same: the first of '.' and '/' separates, and the
  /// other one stands for it inside a name.
  static func key(_ word: Text) throws(BadWord) -> [UInt8] {
    let dot = UInt8(ascii: ".")
    let slash = UInt8(ascii: "/")
    let path = word.hasPrefix("/proc/sys/") ? word.dropFirst(10) : word
    let isDotted = path.bytes.first { $0 == dot || $0 == slash } == dot
    var key: [UInt8] = []
    for byte in path.bytes {
      let next = isDotted ? (byte == dot ? slash : byte == slash ? dot : byte) : byte
      if next == slash, key.isEmpty || key.last == slash { continue }
      key.append(next)
    }
    if key.last == slash { key.removeLast() }
    let isPlain = key.withUnsafeBufferPointer { bytes in
      var result = true
      Text(bytes).forEachPart(separatedBy: slash) { if $0 == ".." || $0 == "." || $0.isEmpty { result = false } }
      return result
    }
    guard isPlain, path.firstIndex(of: 0) == nil, key.count < 1024 else {
      throw BadWord(word, expected: "a name such as net.ipv4.ip_forward")
    }
    return key
  }

  /// Whether a line of its own says something about this name, so that a pattern leaves it alone.
  func isNamed(_ key: [UInt8]) -> Bool {
    settings.contains { setting in
      setting.key == key || (setting.value == nil && setting.isPattern && Sysctl.matches(key, setting.key))
    }
  }

  /// Part by part: a star never goes over a '/'.
  static func matches(_ key: [UInt8], _ pattern: [UInt8]) -> Bool {
    let slash = UInt8(ascii: "/")
    let parts = key.split(separator: slash)
    let patterns = pattern.split(separator: slash)
    guard parts.count == patterns.count else { return false }
    for (part, pattern) in zip(parts, patterns) where !matchesPart([UInt8](part), [UInt8](pattern)) { return false }
    return true
  }

  static func matchesPart(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
    name.withUnsafeBufferPointer { name in
      pattern.withUnsafeBufferPointer { AliasPattern.matches(Text(name), Text($0), comparing: .bytes) }
    }
  }
}
