public import Sys

/// modules.dep, modules.alias and modules.softdep of a directory that has none, made from what the modules say of themselves, as
/// depmod(8) does. In modules.dep are the names that a module needs, not their paths.
public struct ModuleSurvey {
  public private(set) var dependencies: [UInt8] = []
  public private(set) var aliases: [UInt8] = []
  public private(set) var soft: [UInt8] = []

  public init() {}

  /// A module's file and what it says; nil when that cannot be read because it is compressed: then only its name is known.
  ///
  /// What would not be one word of a line is left out, so that no module can speak for another.
  public mutating func add(_ path: Text, _ info: ModuleInfo?) {
    guard ModuleSurvey.isWord(path), path.firstIndex(of: UInt8(ascii: ":")) == nil else { return }
    let file = ModuleName.of(path)
    var needs: [UInt8] = []
    info?.forEachDependency { name in
      guard ModuleSurvey.isWord(name) else { return }
      needs.append(UInt8(ascii: " "))
      needs += name.bytes
    }
    dependencies += path.bytes
    dependencies.append(UInt8(ascii: ":"))
    dependencies += needs
    dependencies.append(UInt8(ascii: "\n"))

    guard let info else { return }
    var aliases: [UInt8] = []
    var soft: [UInt8] = []
    // The file may have another name than the module.
    if let name = info.name {
      name.withUnsafeBufferPointer { name in
        if ModuleSurvey.isWord(Text(name)), !ModuleName.areEqual(Text(name), file) {
          ModuleSurvey.append("alias ", Text(name), file, to: &aliases)
        }
      }
    }
    info.forEachAlias { ModuleSurvey.append("alias ", $0, file, to: &aliases) }
    info.forEachSoftDependency { ModuleSurvey.append("softdep ", file, $0, to: &soft) }
    self.aliases += aliases
    self.soft += soft
  }

  private static func append(_ keyword: StaticString, _ first: Text, _ second: Text, to lines: inout [UInt8]) {
    guard !first.isEmpty, !second.isEmpty, isLine(first), isLine(second) else { return }
    lines += Text(keyword).bytes
    lines += first.bytes
    lines.append(UInt8(ascii: " "))
    lines += second.bytes
    lines.append(UInt8(ascii: "\n"))
  }

  private static func isLine(_ text: Text) -> Bool { !text.bytes.contains { $0 < 0x20 } }
  private static func isWord(_ text: Text) -> Bool { !text.isEmpty && !text.bytes.contains { $0 <= 0x20 } }
}
