import Foundation
import Glibc

/// What went wrong in the harness, or what was waited for in vain, with all that was seen.
struct Trouble: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Where things are, and the programs that make them.
enum Place {
  /// The package's directory, found from this file.
  static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  /// The program under test: SWINIT_BINARY, else the static product.
  static let swinit = URL(
    filePath: ProcessInfo.processInfo.environment["SWINIT_BINARY"] ?? "build/swinit",
    relativeTo: URL(filePath: package, directoryHint: .isDirectory)
  ).path
  static let kernel = "\(package)/build/kernel/boot"
  static let vmlinuz = "\(package)/build/kernel/vmlinuz"

  /// What a run of the tests makes; gone at its end.
  static let scratch: String = {
    var template = Array("/tmp/swinit-vm-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { fatalError("mkdtemp: errno \(errno)") }
    atexit { try? FileManager.default.removeItem(atPath: Place.scratch) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()

  /// Tests/Fixtures/vm/act.c.
  static let act = Result { try compiled("act") }
  /// Tests/Fixtures/vm/record-init.c.
  static let recordInit = Result { try compiled("record-init") }

  private static func compiled(_ name: String) throws -> String {
    let output = "\(scratch)/\(name)"
    let compiler = ProcessInfo.processInfo.environment["CC"] ?? "cc"
    try run(
      [compiler, "-O1", "-Wall", "-Wextra", "-Werror", "-static", "-s", "-o", output, "\(package)/Tests/Fixtures/vm/\(name).c"])
    return output
  }

  /// Runs a program of this host that must succeed.
  @discardableResult static func run(_ words: [String]) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = URL(filePath: package)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Trouble("\(words.joined(separator: " ")): status \(process.terminationStatus)\n\(output)")
    }
    return output
  }

  private nonisolated(unsafe) static var count = 0
  /// A path below `scratch` that was not used yet.
  static func fresh(_ name: String) -> String {
    count += 1
    return "\(scratch)/\(count)-\(name)"
  }

  /// A file with these bytes.
  static func file(_ bytes: String, mode: mode_t = 0o644) throws -> String {
    let path = fresh("file")
    try Data(bytes.utf8).write(to: URL(filePath: path))
    chmod(path, mode)
    return path
  }
}

/// What is in an initramfs besides swinit as /init: the words of scripts/initramfs.
struct Initramfs {
  private static nonisolated(unsafe) var made: [[String]: String] = [:]
  private(set) var words: [String] = []

  /// `actAs`: places of Tests/Fixtures/vm/act.c.
  init(actAs paths: String...) throws {
    for path in paths { words += ["--file", "\(path)=\(try Place.act.get())"] }
  }

  func adding(_ more: String...) -> Initramfs {
    var copy = self
    copy.words += more
    return copy
  }

  func file(_ path: String, _ bytes: String = "", mode: mode_t = 0o644) throws -> Initramfs {
    adding("--file", "\(path)=\(try Place.file(bytes, mode: mode))")
  }

  func modules(_ names: String) -> Initramfs { names.isEmpty ? self : adding("--modules", names, "--modules-list") }

  /// The archive's path. Made once for the same words.
  func path() throws -> String {
    if let path = Initramfs.made[words] { return path }
    let path = Place.fresh("initramfs")
    try Place.run(["env", "SWINIT_BINARY=\(Place.swinit)", "scripts/initramfs", path] + words)
    Initramfs.made[words] = path
    return path
  }
}

/// A disk of a machine.
struct Disk {
  /// What becomes of what the guest writes.
  enum Changes: String {
    case lost = "snapshot=on"
    case kept = "snapshot=off"
  }

  private static nonisolated(unsafe) var made: [[String]: String] = [:]
  let path: String
  let changes: Changes

  init(path: String, changes: Changes = .lost) {
    self.path = path
    self.changes = changes
  }

  /// The words of scripts/disk-image. Made once for the same ones.
  init(_ words: String...) throws {
    changes = .lost
    if let path = Disk.made[words] {
      self.path = path
    } else {
      path = Place.fresh("disk")
      try Place.run(["scripts/disk-image", path] + words)
      Disk.made[words] = path
    }
  }

  /// A copy with other bytes from `offset` on.
  func damaged(at offset: Int, with bytes: [UInt8]) throws -> Disk {
    let copy = Place.fresh("damaged")
    try Place.run(["cp", "--sparse=always", path, copy])
    let handle = try FileHandle(forWritingTo: URL(filePath: copy))
    try handle.seek(toOffset: UInt64(offset))
    try handle.write(contentsOf: Data(bytes))
    try handle.close()
    return Disk(path: copy)
  }

  /// A directory to make a disk of. `links` are path and target, `files` path and source.
  static func directory(
    actAs: [String] = ["/sbin/init"], directories: [String] = [], links: [(String, String)] = [], files: [(String, String)] = []
  ) throws -> String {
    let root = Place.fresh("root")
    for path in ["/dev", "/proc", "/sys", "/run", "/tmp"] + directories {
      try FileManager.default.createDirectory(atPath: root + path, withIntermediateDirectories: true)
    }
    func place(_ path: String) throws -> String {
      try Place.run(["mkdir", "-p", ((root + path) as NSString).deletingLastPathComponent])
      return root + path
    }
    for (path, source) in try actAs.map({ ($0, try Place.act.get()) }) + files { try Place.run(["cp", source, try place(path)]) }
    for (path, target) in links { try Place.run(["ln", "-s", target, try place(path)]) }
    return root
  }
}
