public import Sys

/// The kernel modules that there are, and what each one needs: modules.dep, modules.alias, modules.builtin and modules.softdep as
/// depmod(8) writes them, modules.dep(5).
///
/// In names '-' and '_' count as the same, as in modprobe(8). The files may hold anything: what is no line of theirs is skipped.
public struct ModuleIndex {
  public struct Module {
    /// Below /lib/modules/RELEASE, or from the root.
    public let path: Text
    /// Without directory and `.ko`.
    public let name: Text
    /// Paths or names of those that it needs.
    let needs: Text
    let hash: UInt32
  }

  public private(set) var modules: [Module] = []
  private var patterns: [Pattern] = []
  private let aliases: Text
  private let builtin: Text
  private let soft: Text

  /// A line of modules.alias: where it begins, and the first bytes that a name must have to match; 0: any.
  private struct Pattern {
    let line: UInt32
    let head: UInt32
  }

  /// The texts stay in use: they have to live as long as the index.
  public init(dependencies: Text, aliases: Text = Text(""), builtin: Text = Text(""), soft: Text = Text("")) {
    self.aliases = aliases.prefix(1 << 30)
    self.builtin = builtin
    self.soft = soft
    dependencies.forEachPart(separatedBy: newline) { line in
      guard let (path, needs) = line.cut(at: UInt8(ascii: ":")), !path.isEmpty else { return }
      let name = ModuleName.of(path)
      modules.append(Module(path: path, name: name, needs: needs, hash: ModuleName.hash(name)))
    }
    var start = 0
    self.aliases.forEachPart(separatedBy: newline) { line in
      if let (pattern, _) = ModuleIndex.alias(line) {
        patterns.append(Pattern(line: UInt32(start), head: ModuleIndex.head(pattern, isPattern: true)))
      }
      start += line.count + 1
    }
  }

  /// The module of this name; its aliases do not count.
  public func module(named name: Text) -> Int? {
    let hash = ModuleName.hash(name)
    return modules.firstIndex { $0.hash == hash && ModuleName.areEqual($0.name, name) }
  }

  /// Whether the kernel itself holds what a module of this name would be.
  public func isBuiltIn(_ name: Text) -> Bool {
    var isFound = false
    builtin.forEachPart(separatedBy: newline) { line in
      if !isFound, ModuleName.areEqual(ModuleName.of(line), name) { isFound = !line.isEmpty }
    }
    return isFound
  }

  /// The modules that say that they are for `alias`: a device's modalias, or another name such as "fs-ext4". In modules.alias's order.
  public func modules(for alias: Text) -> [Int] {
    var found: [Int] = []
    let head = ModuleIndex.head(alias, isPattern: false)
    for pattern in patterns where pattern.head == 0 || pattern.head == head {
      let rest = aliases.dropFirst(Int(pattern.line))
      let line = rest.cut(at: newline)?.before ?? rest
      guard let (pattern, name) = ModuleIndex.alias(line), AliasPattern.matches(alias, pattern) else { continue }
      if let module = module(named: name), !found.contains(module) { found.append(module) }
    }
    return found
  }

  /// The modules that a name stands for: the one of that name, else those with that alias.
  public func modules(called name: Text) -> [Int] {
    if let module = module(named: name) { return [module] }
    return modules(for: name)
  }

  /// Calls `body` with each module that this one needs: its name, and its place in the list.
  func forEachNeed(of module: Int, _ body: (_ name: Text, _ module: Int?) -> Void) {
    modules[module].needs.forEachPart(separatedBy: blank) { word in
      if word.isEmpty { return }
      let name = ModuleName.of(word)
      body(name, self.module(named: name) ?? modules(for: name).first)
    }
  }

  /// What is to be loaded for a module, in order, each once: what it needs first, deepest first; soft dependencies around it.
  /// Modules of `done` are left out. A circle ends where it began.
  public func plan(for module: Int, done: [Bool] = []) -> [Int] {
    var isSeen = done.count == modules.count ? done : [Bool](repeating: false, count: modules.count)
    var plan: [Int] = []
    // No recursion: the depth is what a file says.
    var stack = [Task.visit(module)]
    while let task = stack.popLast() {
      switch task {
      case .emit(let index): plan.append(index)
      case .visit(let index):
        if isSeen[index] { continue }
        isSeen[index] = true
        // What is pushed last comes first.
        let (before, after) = softDependencies(of: index)
        for other in after.reversed() { stack.append(.visit(other)) }
        stack.append(.emit(index))
        forEachNeed(of: index) { _, other in if let other { stack.append(.visit(other)) } }
        for other in before.reversed() { stack.append(.visit(other)) }
      }
    }
    return plan
  }

  private enum Task {
    case visit(Int), emit(Int)
  }

  /// `softdep NAME pre: A B post: C`, modprobe.d(5). What no module is called is left out: it may be built in.
  func softDependencies(of module: Int) -> (before: [Int], after: [Int]) {
    var before: [Int] = []
    var after: [Int] = []
    soft.forEachPart(separatedBy: newline) { line in
      guard line.hasPrefix("softdep "), let (name, words) = line.dropFirst(8).cut(at: blank),
        ModuleName.areEqual(name, modules[module].name)
      else { return }
      // Words before the first mark count for nothing, as with modprobe.
      var place = Place.nowhere
      words.forEachPart(separatedBy: blank) { word in
        if word.isEmpty { return }
        switch place {
        case _ where word == "pre:": place = .before
        case _ where word == "post:": place = .after
        case .before: before += modules(called: word)
        case .after: after += modules(called: word)
        case .nowhere: break
        }
      }
    }
    return (before, after)
  }

  private enum Place {
    case nowhere, before, after
  }

  /// `alias PATTERN NAME`. A pattern may hold blanks, a name does not.
  private static func alias(_ line: Text) -> (pattern: Text, name: Text)? {
    guard line.hasPrefix("alias "), let end = line.lastIndex(of: blank), end > 6 else { return nil }
    return (line.prefix(end).dropFirst(6), line.dropFirst(end + 1))
  }

  /// The first four bytes as one number: most patterns are ruled out by it.
  private static func head(_ text: Text, isPattern: Bool) -> UInt32 {
    guard text.count >= 4 else { return 0 }
    var head: UInt32 = 0
    for index in 0..<4 {
      if isPattern, AliasPattern.isSpecial(text[index]) { return 0 }
      head = head << 8 | UInt32(ModuleName.normal(text[index]))
    }
    return head
  }
}

/// A module's name, in which '-' and '_' are the same.
enum ModuleName {
  /// The name that a path to a module stands for: without directory, and without `.ko`, `.ko.xz` and their kind.
  static func of(_ path: Text) -> Text {
    let base = path.baseName
    let plain = compression(of: base).map { base.dropLast($0.utf8CodeUnitCount) } ?? base
    return hasSuffix(plain, ".ko") ? plain.dropLast(3) : base
  }

  /// Whether a file is called as a module is.
  static func isModule(_ file: Text) -> Bool {
    hasSuffix(compression(of: file).map { file.dropLast($0.utf8CodeUnitCount) } ?? file, ".ko")
  }

  /// What a module's file is compressed with, by the end of its name.
  static func compression(of file: Text) -> StaticString? {
    if hasSuffix(file, ".xz") { return ".xz" }
    if hasSuffix(file, ".zst") { return ".zst" }
    return hasSuffix(file, ".gz") ? ".gz" : nil
  }

  private static func hasSuffix(_ text: Text, _ end: StaticString) -> Bool {
    text.count > end.utf8CodeUnitCount && text.dropFirst(text.count - end.utf8CodeUnitCount) == end
  }

  static func normal(_ byte: UInt8) -> UInt8 { byte == UInt8(ascii: "-") ? UInt8(ascii: "_") : byte }

  static func areEqual(_ left: Text, _ right: Text) -> Bool {
    left.count == right.count && left.bytes.elementsEqual(right.bytes) { normal($0) == normal($1) }
  }

  /// FNV-1a.
  static func hash(_ name: Text) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    for byte in name.bytes { hash = (hash ^ UInt32(normal(byte))) &* 16_777_619 }
    return hash
  }
}

/// A pattern of modules.alias, fnmatch(3): `*`, `?`, `[a-z]`, `[!a-z]`, and `\` before what is to be taken as it is.
enum AliasPattern {
  static func isSpecial(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "\\")
  }

  enum Comparison {
    /// '-' and '_' are the same.
    case moduleNames
    case bytes
  }

  /// In time of the product of the lengths at most: only the last star is ever tried again.
  static func matches(_ name: Text, _ pattern: Text, comparing comparison: Comparison = .moduleNames) -> Bool {
    var place = 0
    var position = 0
    var star: (place: Int, position: Int)?
    while position < name.count {
      if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
        place += 1
        star = (place, position)
      } else if let next = step(pattern, place, name[position], comparison) {
        place = next
        position += 1
      } else if let last = star {
        star = (last.place, last.position + 1)
        (place, position) = (last.place, last.position + 1)
      } else {
        return false
      }
    }
    while place < pattern.count, pattern[place] == UInt8(ascii: "*") { place += 1 }
    return place == pattern.count
  }

  /// Where the pattern goes on when its part at `place` matches the byte.
  private static func step(_ pattern: Text, _ place: Int, _ byte: UInt8, _ comparison: Comparison) -> Int? {
    guard place < pattern.count else { return nil }
    switch pattern[place] {
    case UInt8(ascii: "?"): return place + 1
    case UInt8(ascii: "["): return set(pattern, place, byte)
    case UInt8(ascii: "\\"):
      return place + 1 < pattern.count && pattern[place + 1] == byte ? place + 2 : nil
    case byte: return place + 1
    case let literal: return comparison == .moduleNames && ModuleName.normal(literal) == ModuleName.normal(byte) ? place + 1 : nil
    }
  }

  /// `[…]`. One without an end matches nothing.
  private static func set(_ pattern: Text, _ start: Int, _ byte: UInt8) -> Int? {
    var place = start + 1
    var isNegated = false
    if place < pattern.count, pattern[place] == UInt8(ascii: "!") || pattern[place] == UInt8(ascii: "^") {
      isNegated = true
      place += 1
    }
    let first = place
    var isIn = false
    while place < pattern.count {
      if pattern[place] == UInt8(ascii: "]"), place > first { return isIn != isNegated ? place + 1 : nil }
      guard let low = member(pattern, &place) else { return nil }
      var high = low
      if place + 1 < pattern.count, pattern[place] == UInt8(ascii: "-"), pattern[place + 1] != UInt8(ascii: "]") {
        place += 1
        guard let end = member(pattern, &place) else { return nil }
        high = end
      }
      if low <= byte, byte <= high { isIn = true }
    }
    return nil
  }

  private static func member(_ pattern: Text, _ place: inout Int) -> UInt8? {
    if pattern[place] == UInt8(ascii: "\\") { place += 1 }
    guard place < pattern.count else { return nil }
    place += 1
    return pattern[place - 1]
  }
}

private let newline = UInt8(ascii: "\n")
private let blank = UInt8(ascii: " ")
