public import Sys

/// What a kernel module says of itself: the `key=value` strings in the .modinfo section of its ELF file, modinfo(8).
///
/// What stands in a file is not to be trusted: a file that is damaged or made to hurt is an error, never a trap.
public struct ModuleInfo {
  /// The section: strings that each end with a NUL.
  private let strings: [UInt8]

  /// The .modinfo of an uncompressed module of either class and byte order.
  ///
  /// Reads at most its header, its table of sections, their names and the section: each within a bound.
  public static func read(_ file: DiskBytes) throws(ModuleInfoError) -> ModuleInfo {
    let sections = try Sections(file)
    guard let section = try sections.named(".modinfo\0") else { throw .damaged("it has no .modinfo section") }
    return ModuleInfo(strings: section.bytes)
  }

  /// `name=`; nil in modules of old kernels, which are named for their file.
  public var name: [UInt8]? {
    var name: [UInt8]?
    forEach("name=") { value in if name == nil { name = [UInt8](value.bytes) } }
    return name
  }

  /// Calls `body` with each name in `depends=`.
  public func forEachDependency(_ body: (Text) -> Void) {
    forEach("depends=") { value in
      value.forEachPart(separatedBy: UInt8(ascii: ",")) { if !$0.isEmpty { body($0) } }
    }
  }

  /// Calls `body` with each `alias=`: a pattern of modules.alias.
  public func forEachAlias(_ body: (Text) -> Void) { forEach("alias=", body) }

  /// Calls `body` with each `softdep=`: "pre: A B post: C".
  public func forEachSoftDependency(_ body: (Text) -> Void) { forEach("softdep=", body) }

  /// Calls `body` with the value of each string that begins with `key`.
  func forEach(_ key: StaticString, _ body: (Text) -> Void) {
    strings.withUnsafeBufferPointer { bytes in
      Text(bytes).forEachPart(separatedBy: 0) { string in
        if string.hasPrefix(key) { body(string.dropFirst(key.utf8CodeUnitCount)) }
      }
    }
  }
}

/// Why a module's .modinfo cannot be read.
public enum ModuleInfoError: Error {
  case unreadable
  case notELF
  case damaged(StaticString)

  /// Fits behind "/lib/modules/6.1.0/kernel/fs/fat/fat.ko: ".
  public var message: Message {
    switch self {
    case .unreadable: "it cannot be read"
    case .notELF: "it is no kernel module: it is not an ELF file"
    case .damaged(let fault): "its ELF file is damaged: \(fault)"
    }
  }
}

/// The sections of an ELF file, elf(5).
private struct Sections {
  private let file: DiskBytes
  private let layout: Layout
  private let table: DiskBytes.Window
  private let count: Int
  private let names: DiskBytes.Window

  /// Names and .modinfo of a real module take a few KiB.
  private static let limit: UInt64 = 1 << 20

  init(_ file: DiskBytes) throws(ModuleInfoError) {
    guard file.size >= 64 else { throw .notELF }
    guard let head = file.window(at: 0, count: 64) else { throw .unreadable }
    guard head.holds("\u{7F}ELF", at: 0) else { throw .notELF }
    guard let layout = Layout(head) else { throw .damaged("its class or byte order is unknown") }
    let count = Int(layout.number(head, at: layout.is64 ? 60 : 48, bytes: 2))
    let namesIndex = Int(layout.number(head, at: layout.is64 ? 62 : 50, bytes: 2))
    guard layout.number(head, at: layout.is64 ? 58 : 46, bytes: 2) == UInt64(layout.entrySize), count > 0, namesIndex < count
    else {
      throw .damaged("it has no table of sections")
    }
    let offset = layout.word(head, at: layout.is64 ? 40 : 32)
    guard let table = file.window(at: offset, count: count * layout.entrySize) else {
      throw .damaged("its table of sections cannot be read")
    }
    self.file = file
    self.layout = layout
    self.table = table
    self.count = count
    names = try Sections.contents(of: namesIndex, table, layout, file)
  }

  /// The bytes of the first section that has this name, given with its NUL.
  func named(_ name: StaticString) throws(ModuleInfoError) -> DiskBytes.Window? {
    for index in 0..<count {
      let place = layout.number(table, at: index * layout.entrySize, bytes: 4)
      guard place < Sections.limit, names.holds(name, at: Int(place)) else { continue }
      return try Sections.contents(of: index, table, layout, file)
    }
    return nil
  }

  private static func contents(
    of index: Int, _ table: DiskBytes.Window, _ layout: Layout, _ file: DiskBytes
  ) throws(ModuleInfoError) -> DiskBytes.Window {
    let entry = index * layout.entrySize
    let offset = layout.word(table, at: entry + (layout.is64 ? 24 : 16))
    let size = layout.word(table, at: entry + (layout.is64 ? 32 : 20))
    // SHT_NOBITS has no bytes in the file.
    guard size <= limit, layout.number(table, at: entry + 4, bytes: 4) != 8 else {
      throw .damaged("a section has an impossible size")
    }
    guard let window = file.window(at: offset, count: Int(size)) else { throw .damaged("a section lies outside of the file") }
    return window
  }

  /// Class and byte order.
  private struct Layout {
    let is64: Bool
    let isBig: Bool

    var entrySize: Int { is64 ? 64 : 40 }

    init?(_ head: DiskBytes.Window) {
      guard head.byte(4) == 1 || head.byte(4) == 2, head.byte(5) == 1 || head.byte(5) == 2 else { return nil }
      is64 = head.byte(4) == 2
      isBig = head.byte(5) == 2
    }

    func word(_ window: DiskBytes.Window, at offset: Int) -> UInt64 { number(window, at: offset, bytes: is64 ? 8 : 4) }

    func number(_ window: DiskBytes.Window, at offset: Int, bytes: Int) -> UInt64 {
      var value: UInt64 = 0
      for index in 0..<bytes { value = value << 8 | UInt64(window.byte(offset + (isBig ? index : bytes - 1 - index))) }
      return value
    }
  }
}
