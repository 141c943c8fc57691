import Boot
import Glibc
import Sys

/// The modules of a kernel, and what each one needs: from modules.dep where depmod(8) has been, else from the modules themselves.
struct KernelModules {
  struct Module {
    let name: String
    /// Below the kernel's directory of modules.
    let path: String
  }

  private let directory: String
  /// By their names, with '_' for '-'.
  private var paths: [String: String] = [:]
  /// nil: the modules have to be asked.
  private var needs: [String: [String]]?
  private let builtIn: Set<String>

  init(_ directory: String) throws(Complaint) {
    self.directory = directory
    let list = (try? Bytes.contents(of: "\(directory)/modules.builtin")) ?? []
    builtIn = Set(KernelModules.lines(list).map(KernelModules.name))
    let dependencies = KernelModules.lines((try? Bytes.contents(of: "\(directory)/modules.dep")) ?? [])
    guard dependencies.isEmpty else {
      var needs: [String: [String]] = [:]
      for line in dependencies {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { continue }
        let name = KernelModules.name(parts[0])
        paths[name] = String(parts[0])
        needs[name] = parts[1].split(separator: " ").map(KernelModules.name)
      }
      self.needs = needs
      return
    }
    walk("", 0)
  }

  /// Whether the kernel has it, as a module or built in.
  func has(_ name: String) -> Bool { paths[KernelModules.normal(name)] != nil || builtIn.contains(KernelModules.normal(name)) }

  /// These modules and what they need, each once, in an order in which they can be loaded. Those that are built in are left out.
  func closure(of names: [String]) throws(Complaint) -> [Module] {
    var found: [Module] = []
    var seen: Set<String> = []
    for name in names { try add(KernelModules.normal(name), to: &found, &seen, depth: 0) }
    return found
  }

  private func add(_ name: String, to found: inout [Module], _ seen: inout Set<String>, depth: Int) throws(Complaint) {
    guard depth < 64, seen.insert(name).inserted else { return }
    guard let path = paths[name] else {
      if builtIn.contains(name) { return }
      throw Complaint("the kernel has no module \(name): it is not in \(directory)")
    }
    for need in try needs(of: name, path) { try add(need, to: &found, &seen, depth: depth + 1) }
    found.append(Module(name: name, path: path))
  }

  private func needs(of name: String, _ path: String) throws(Complaint) -> [String] {
    if let needs { return needs[name] ?? [] }
    guard path.hasSuffix(".ko") else {
      throw Complaint("\(directory) has no modules.dep, and \(path) is compressed; run depmod -b for it")
    }
    let bytes = try Bytes.contents(of: "\(directory)/\(path)")
    let disk = DiskBytes(size: UInt64(bytes.count)) { offset, count in
      guard let start = Int(exactly: offset), count >= 0, start <= bytes.count - count else { return nil }
      return Array(bytes[start..<start + count])
    }
    var needs: [String] = []
    do throws(ModuleInfoError) {
      try ModuleInfo.read(disk).forEachDependency {
        needs.append(KernelModules.normal(String(decoding: $0.bytes, as: UTF8.self)))
      }
    } catch {
      throw Complaint("\(directory)/\(path): \(error.message.withBytes { String(decoding: $0, as: UTF8.self) })")
    }
    return needs
  }

  private mutating func walk(_ prefix: String, _ depth: Int) {
    guard depth < 24, let stream = opendir("\(directory)/\(prefix)") else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") || name == "build" || name == "source" { continue }
      if entry.pointee.d_type == UInt8(DT_DIR) {
        walk("\(prefix)\(name)/", depth + 1)
      } else if name.hasSuffix(".ko") || name.contains(".ko.") {
        paths[KernelModules.name(name)] = "\(prefix)\(name)"
      }
    }
  }

  private static func lines(_ bytes: [UInt8]) -> [Substring] { String(decoding: bytes, as: UTF8.self).split(separator: "\n") }

  /// Without directory and ending.
  private static func name(_ path: some StringProtocol) -> String {
    let file = path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
    return normal(file.prefix { $0 != "." })
  }

  private static func normal(_ name: some StringProtocol) -> String {
    String(decoding: name.utf8.map { $0 == 0x2D ? 0x5F : $0 }, as: UTF8.self)
  }
}
