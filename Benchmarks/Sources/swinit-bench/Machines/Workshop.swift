import Foundation

/// Makes what machines boot from, with the package's scripts, into the payloads' directory.
struct Workshop {
  /// The package's `scripts`.
  let scripts: String
  let directory: String
  let swinit: String

  /// What is around a disk's file system.
  enum Table { case none, gpt }

  /// A file with this text, executable.
  func file(_ name: String, _ text: String) throws(BenchError) -> String {
    let path = "\(directory)/\(name)"
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) } catch { throw .unavailable(reason: "\(path): \(error)") }
    guard chmod(path, 0o755) == 0 else { throw .system(call: "chmod \(path)", errno: errno) }
    return path
  }

  /// An initramfs, by words of scripts/initramfs.
  func archive(_ name: String, _ words: [String]) throws(BenchError) -> String {
    let path = "\(directory)/\(name).cpio"
    try run("initramfs", [path] + words)
    return path
  }

  /// An ext4 with these files, at their paths, and the directories that an init mounts on.
  func disk(_ name: String, _ files: [(path: String, source: String)], _ table: Table = .none) throws(BenchError) -> String {
    let tree = "\(directory)/\(name).tree"
    for place in ["dev", "proc", "sys", "run", "tmp"] { try makeDirectory("\(tree)/\(place)") }
    return try disk(name, tree: tree, files, size: "16M", table)
  }

  /// An ext4 with a tree that is there already, and these files on top.
  func disk(
    _ name: String, tree: String, _ files: [(path: String, source: String)], size: String, _ table: Table = .none
  ) throws(BenchError) -> String {
    for file in files {
      try makeDirectory("\(tree)\(file.path[..<(file.path.lastIndex(of: "/") ?? file.path.startIndex)])")
      try Files.copy(file.source, to: "\(tree)\(file.path)")
    }
    let path = "\(directory)/\(name).img"
    try run("disk-image", [path] + (table == .gpt ? ["--gpt"] : []) + ["type=ext4,size=\(size),from=\(tree)"])
    return path
  }

  func run(_ script: String, _ words: [String]) throws(BenchError) {
    let (output, code) = try Tool(path: "\(scripts)/\(script)").run(words)
    guard code == 0 else { throw .unavailable(reason: "\(script): \(output)") }
  }

  private func makeDirectory(_ path: String) throws(BenchError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch { throw .unavailable(reason: "\(path): \(error)") }
  }
}
