public import Sys

/// What the first bytes of a file say of how the kernel would run it, elf(5) and execve(2).
public enum Executable {
  case empty
  /// Begins with "#!"; the interpreter's path, empty when the line has none.
  case script(interpreter: Text)
  /// e_machine, and the path of PT_INTERP when the program is dynamic.
  case elf(machine: Int, loader: Text?)
  /// Neither.
  case other

  /// Reads a file's head: its first 4096 bytes or fewer.
  public init(head: Text) {
    if head.isEmpty {
      self = .empty
    } else if head.hasPrefix("#!") {
      self = .script(interpreter: Executable.interpreter(head.dropFirst(2)))
    } else if head.count >= 20, head.hasPrefix("\u{7F}ELF") {
      // EI_DATA 2: the bytes of its numbers stand in the other order.
      let machine = head[5] == 2 ? Int(head[18]) << 8 | Int(head[19]) : head.number(at: 18, bytes: 2)
      self = .elf(machine: machine, loader: Executable.loader(head))
    } else {
      self = .other
    }
  }

  private static func interpreter(_ rest: Text) -> Text {
    let line = rest.cut(at: UInt8(ascii: "\n"))?.before ?? rest
    guard let start = line.bytes.firstIndex(where: { !isBlank($0) }) else { return line.prefix(0) }
    let word = line.dropFirst(start)
    return word.prefix(word.bytes.firstIndex(where: isBlank) ?? word.count)
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

  /// PT_INTERP of a little-endian file of either class, where its bytes are within the head.
  private static func loader(_ head: Text) -> Text? {
    let is64 = head[4] == 2
    guard head[5] == 1, head.count >= (is64 ? 64 : 52) else { return nil }
    let table = is64 ? head.number(at: 32, bytes: 8) : head.number(at: 28, bytes: 4)
    let size = head.number(at: is64 ? 54 : 42, bytes: 2)
    let count = head.number(at: is64 ? 56 : 44, bytes: 2)
    for index in 0..<count {
      guard table <= head.count, size >= (is64 ? 56 : 32) else { return nil }
      let entry = table + index * size
      guard entry + size <= head.count else { return nil }
      guard head.number(at: entry, bytes: 4) == 3 else { continue }
      let offset = head.number(at: entry + (is64 ? 8 : 4), bytes: is64 ? 8 : 4)
      let length = head.number(at: entry + (is64 ? 32 : 16), bytes: is64 ? 8 : 4)
      guard offset <= head.count, length <= head.count - offset else { return nil }
      let path = head.dropFirst(offset).prefix(length)
      return path.cut(at: 0)?.before ?? path
    }
    return nil
  }

  /// The usual name of an ELF machine.
  public static func machineName(_ machine: Int) -> StaticString? {
    switch machine {
    case 3: "i386"
    case 8: "mips"
    case 20: "ppc"
    case 21: "ppc64"
    case 22: "s390x"
    case 40: "arm"
    case 62: "x86_64"
    case 183: "aarch64"
    case 243: "riscv"
    case 258: "loongarch"
    default: nil
    }
  }
}

extension Text {
  /// An unsigned little-endian number; out of range of Int it is Int.max.
  fileprivate func number(at offset: Int, bytes: Int) -> Int {
    var value: UInt64 = 0
    for index in 0..<bytes { value |= UInt64(self[offset + index]) << UInt64(8 * index) }
    return Int(clamping: value)
  }
}
