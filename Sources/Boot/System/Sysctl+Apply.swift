import Sys

extension Sysctl {
  /// Writes everything below /proc/sys, in order. What this kernel does not have, or has only once a module is loaded, is noted.
  func apply(below root: CString = "/proc/sys", _ report: (SystemLine) -> Void) -> Errno? {
    var first = FirstError()
    for setting in settings {
      guard let value = setting.value else { continue }
      var keys = [setting.key]
      if setting.isPattern {
        var expansion = Expansion(setting.key)
        expansion.run(root)
        keys = expansion.found.filter { !isNamed($0) }
      }
      for key in keys {
        do throws(Errno) { try Sysctl.write(value, to: key, below: root) } catch {
          let message = Sysctl.failure(setting, key, value, error)
          if error == .noEntry || setting.failure == .isIgnored {
            report(.note(message))
          } else {
            report(.failure(message))
            first.take(error)
          }
        }
      }
    }
    return first.value
  }

  /// In one write(2): the kernel takes each write as a whole value.
  private static func write(_ value: [UInt8], to key: [UInt8], below root: CString) throws(Errno) {
    let path = key.withUnsafeBufferPointer { CString(copying: root.text, Text("/"), Text($0)) }
    let file = try FileDescriptor(writing: path)
    var result = Errno(0)
    (value + [UInt8(ascii: "\n")]).withUnsafeBytes { bytes in
      do throws(Errno) { try file.write(bytes) } catch { result = error }
    }
    if result != Errno(0) { throw result }
  }

  @inline(never)
  private static func failure(_ setting: Setting, _ key: [UInt8], _ value: [UInt8], _ error: Errno) -> Message {
    key.withUnsafeBufferPointer { key in
      value.withUnsafeBufferPointer { value in
        "\(setting.origin.file):\(setting.origin.line): cannot write '\(Text(value))' to /proc/sys/\(Text(key)): \(error)"
      }
    }
  }

  /// The files that a pattern names.
  private struct Expansion {
    private let parts: [[UInt8]]
    private(set) var found: [[UInt8]] = []
    /// /proc/sys has some thousands of files.
    private var budget = 1 << 16

    init(_ pattern: [UInt8]) { parts = pattern.split(separator: UInt8(ascii: "/")).map { [UInt8]($0) } }

    mutating func run(_ root: CString) {
      guard let directory = try? DirectoryStream(opening: root) else { return }
      enter(directory, [], 0)
    }

    private mutating func enter(_ directory: consuming DirectoryStream, _ prefix: [UInt8], _ depth: Int) {
      while let entry = directory.next(), budget > 0 {
        budget -= 1
        let name = [UInt8](entry.name.text.bytes)
        guard Sysctl.matchesPart(name, parts[depth]) else { continue }
        let path = prefix + name
        guard depth + 1 < parts.count else {
          if entry.kind != .directory { found.append(path) }
          continue
        }
        guard let below = try? DirectoryStream(opening: entry.name, in: directory) else { continue }
        enter(below, path + [UInt8(ascii: "/")], depth + 1)
      }
    }
  }
}
