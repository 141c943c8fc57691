import Glibc

/// The kernels that were fetched: $XDG_CACHE_HOME/swvm/kernels/VERSION.
enum KernelStore {
  struct Entry {
    let version: String
    let path: String
    /// The package that it comes from, and that one's version.
    let package: String
  }

  static var directory: String {
    if let place = Files.variable("SWVM_KERNELS") { return Files.absolute(place) }
    let cache = Files.variable("XDG_CACHE_HOME") ?? "\(Files.variable("HOME") ?? "/root")/.cache"
    return "\(cache)/swvm/kernels"
  }

  /// The oldest first.
  static func list() -> [Entry] {
    Files.names(in: directory).compactMap { name in
      let path = "\(directory)/\(name)"
      guard !name.hasPrefix("."), Files.kind(of: "\(path)/boot") == .regular else { return nil }
      let package = (try? Bytes.contents(of: "\(path)/package")).map { String(decoding: $0.prefix { $0 != 10 }, as: UTF8.self) }
      return Entry(version: name, path: path, package: package ?? "")
    }.sorted { Version.isOlder($0.version, $1.version) }
  }
}

extension Version {
  /// Numbers in it count as numbers: 6.1.0-9 is older than 6.1.0-56.
  static func isOlder(_ left: String, _ right: String) -> Bool {
    func parts(_ text: String) -> [(Int, String)] {
      var parts: [(Int, String)] = []
      var rest = text[...]
      while !rest.isEmpty {
        let digits = rest.prefix { $0.isNumber }
        rest = rest.dropFirst(digits.count)
        let word = rest.prefix { !$0.isNumber }
        rest = rest.dropFirst(word.count)
        parts.append((Int(digits) ?? 0, String(word)))
      }
      return parts
    }
    return parts(left).lexicographicallyPrecedes(parts(right)) { $0.0 != $1.0 ? $0.0 < $1.0 : $0.1 < $1.1 }
  }
}
