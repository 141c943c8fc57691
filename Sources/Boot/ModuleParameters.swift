import Sys

/// What a module is loaded with: words of the kernel's command line that begin with its name and a dot, as modprobe(8) takes them,
/// then those that were asked for.
enum ModuleParameters {
  /// Words with blanks between them.
  static func words(for module: Text, on line: Text, and own: Text) -> [UInt8] {
    var result: [UInt8] = []
    var words = KernelCommandLine.Words(line)
    while let word = words.next(), !word.isDoubleDash {
      guard let (owner, parameter) = word.name.cut(at: UInt8(ascii: ".")), !parameter.isEmpty, ModuleName.areEqual(owner, module)
      else { continue }
      if !result.isEmpty { result.append(UInt8(ascii: " ")) }
      result += parameter.bytes
      guard let value = word.value else { continue }
      result.append(UInt8(ascii: "="))
      // The kernel splits parameters as it splits its line.
      let isQuoted = value.bytes.contains { $0 <= 0x20 }
      if isQuoted { result.append(UInt8(ascii: "\"")) }
      result += value.bytes
      if isQuoted { result.append(UInt8(ascii: "\"")) }
    }
    if !own.isEmpty {
      if !result.isEmpty { result.append(UInt8(ascii: " ")) }
      result += own.bytes
    }
    return result
  }
}
