import Foundation
import Testing

@testable import swvm

/// The archive, against cpio(1).
@Suite struct CpioTests {
  static func run(_ words: [String], input: [UInt8] = [], in directory: String = "/") throws -> Data {
    let process = Process()
    let (stdin, stdout) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = URL(filePath: directory)
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = FileHandle.nullDevice
    try process.run()
    DispatchQueue.global().async {
      try? stdin.fileHandleForWriting.write(contentsOf: Data(input))
      try? stdin.fileHandleForWriting.close()
    }
    let output = stdout.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return output
  }

  private static func sample() throws -> [UInt8] {
    var archive = Cpio()
    try archive.add("dev/console", .characterDevice, mode: 0o600, device: (5, 1))
    try archive.add("a/b/c/file", .file, mode: 0o640, data: Array("some bytes".utf8))
    try archive.add("a/b/empty", .file, mode: 0o755)
    try archive.add("a/link", .link, mode: 0o777, data: Array("b/c/file".utf8))
    try archive.add("a", .directory, mode: 0o700)
    try archive.add("z", .directory, mode: 0o1777)
    return archive.finish()
  }

  @Test func listed() throws {
    let list = String(decoding: try CpioTests.run(["cpio", "-t", "--quiet"], input: CpioTests.sample()), as: UTF8.self)
    #expect(list.split(separator: "\n") == ["dev", "dev/console", "a", "a/b", "a/b/c", "a/b/c/file", "a/b/empty", "a/link", "z"])
  }

  @Test func unpacked() throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "cpio-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: place) }
    _ = try CpioTests.run(
      ["cpio", "-i", "--quiet", "--no-preserve-owner", "--no-absolute-filenames", "a*", "z"], input: CpioTests.sample(), in: place
    )
    #expect(try String(contentsOfFile: "\(place)/a/b/c/file", encoding: .utf8) == "some bytes")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(place)/a/link") == "b/c/file")
    func mode(_ path: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: "\(place)/\(path)")[.posixPermissions] as? Int
    }
    #expect(try mode("a/b/c/file") == 0o640)
    #expect(try mode("a/b/empty") == 0o755)
    #expect(try mode("z") == 0o1777)
  }

  @Test func sameInputSameBytes() throws { #expect(try CpioTests.sample() == CpioTests.sample()) }

  /// Names and data of every length: all fields begin at multiples of four.
  @Test func everyAlignment() throws {
    var archive = Cpio()
    for length in 1...9 {
      try archive.add(String(repeating: "n", count: length), .file, mode: 0o644, data: [UInt8](repeating: 65, count: length))
    }
    let bytes = archive.finish()
    let list = String(decoding: try CpioTests.run(["cpio", "-itv", "--quiet"], input: bytes), as: UTF8.self)
    #expect(list.split(separator: "\n").count == 9, "\(list)")
    #expect(bytes.count % 512 == 0)
  }
}
