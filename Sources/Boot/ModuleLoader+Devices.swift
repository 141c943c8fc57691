public import Sys

extension ModuleLoader {
  /// Loads the modules for every device that there is, cold plug: all that match a modalias below /sys/devices. A driver may bring
  /// forth more devices, so it looks again until nothing new was loaded.
  ///
  /// Calls `report` with each failure but that of drivers that found no device of theirs.
  public mutating func loadForDevices(below path: CString = CString("/sys/devices"), _ report: (ModuleError) -> Void) {
    // An initramfs may hold just what was loaded by its name.
    if hasTriedAll { return }
    // Each round but the last loads something; the bound is for a /sys that never comes to rest.
    for _ in 0..<32 {
      let before = loadedCount
      var walk = DeviceWalk(seen: seen)
      walk.run(path)
      let known = seen.count
      seen = walk.seen
      for number in known..<seen.count {
        let alias = seen[number]
        let found = alias.withUnsafeBufferPointer { index.modules(for: Text($0)) }
        for module in found {
          if let error = load(module), !error.isLackOfDevice { report(error) }
        }
      }
      if loadedCount == before { return }
    }
  }
}

/// Collects what stands in the `modalias` files of a tree, each text once.
private struct DeviceWalk {
  var seen: [[UInt8]]
  /// So many directories and no more: sysfs has some thousands.
  private var budget = 1 << 17
  /// A device behind many hubs and bridges is about 20 deep.
  private static let depth = 40

  init(seen: [[UInt8]]) { self.seen = seen }

  mutating func run(_ path: CString) {
    guard let root = try? DirectoryStream(opening: path) else { return }
    enter(root, 0)
  }

  /// By descriptors, and never through a link: sysfs is full of those.
  private mutating func enter(_ directory: consuming DirectoryStream, _ depth: Int) {
    guard depth < DeviceWalk.depth, budget > 0 else { return }
    budget -= 1
    while let entry = directory.next() {
      if entry.kind == .other {
        if entry.name.text == "modalias" { read(directory) }
      } else if let below = try? DirectoryStream(opening: entry.name, in: directory) {
        enter(below, depth + 1)
      } else if entry.kind == .unknown, entry.name.text == "modalias" {
        read(directory)
      }
    }
  }

  /// One line an alias; a device may have several.
  @inline(never)
  private mutating func read(_ directory: borrowing DirectoryStream) {
    guard let file = try? directory.open("modalias") else { return }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = bytes.withUnsafeMutableBytes { buffer in (try? file.read(into: buffer)) ?? 0 }
    for line in bytes[..<count].split(separator: UInt8(ascii: "\n")) {
      let alias = [UInt8](line)
      if !seen.contains(alias) { seen.append(alias) }
    }
  }
}

extension ModuleSurvey {
  /// All modules below a directory, those of updates/ before others: the first of a name counts. Links to directories (build, source)
  /// are not followed.
  init(of path: CString) {
    self.init()
    guard var root = try? DirectoryStream(opening: path) else { return }
    if let updates = try? DirectoryStream(opening: "updates", in: root) { enter(updates, Array(Text("updates/").bytes), 1) }
    while let entry = root.next() {
      if entry.name.text == "updates" { continue }
      take(entry, root, [], 0)
    }
  }

  private mutating func enter(_ directory: consuming DirectoryStream, _ prefix: [UInt8], _ depth: Int) {
    guard depth < 24, prefix.count < 4096 else { return }
    while let entry = directory.next() { take(entry, directory, prefix, depth) }
  }

  private mutating func take(
    _ entry: DirectoryStream.Entry, _ directory: borrowing DirectoryStream, _ prefix: [UInt8], _ depth: Int
  ) {
    let name = entry.name.text
    let path = prefix + name.bytes
    if entry.kind != .directory, ModuleName.isModule(name) {
      let info = ModuleName.compression(of: name) == nil ? ModuleSurvey.info(of: entry.name, in: directory) : nil
      path.withUnsafeBufferPointer { add(Text($0), info) }
    } else if entry.kind != .other, let below = try? DirectoryStream(opening: entry.name, in: directory) {
      enter(below, path + [UInt8(ascii: "/")], depth + 1)
    }
  }

  private static func info(of name: CString, in directory: borrowing DirectoryStream) -> ModuleInfo? {
    guard let file = try? directory.open(name), let length = try? file.length(), length > 0 else { return nil }
    let descriptor = file.rawValue
    let disk = DiskBytes(size: UInt64(length)) { FileDescriptor.read(from: descriptor, at: $0, count: $1) }
    let info = try? ModuleInfo.read(disk)
    // The descriptor is closed here, and not before.
    _ = consume file
    return info
  }
}
