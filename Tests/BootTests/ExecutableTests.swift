import Foundation
import TestSupport
import Testing

@testable import Boot
@testable import Sys

@Suite struct ExecutableTests {
  private static let program = Array((FileManager.default.contents(atPath: "/bin/true") ?? Data()).prefix(4096))

  private func said(_ head: [UInt8]) -> String {
    switch Executable(head: text(head)) {
    case .empty: "empty"
    case .script(let interpreter): "script '\(interpreter.string)'"
    case .elf(let machine, let loader): "elf \(machine) \(loader.map { "'\($0.string)'" } ?? "static")"
    case .other: "other"
    }
  }

  @Test(
    arguments: [
      ("", "empty"), ("a", "other"), ("echo hello\n", "other"), ("#", "other"), ("#!", "script ''"), ("#!\n", "script ''"),
      ("#! \t \n/bin/sh", "script ''"),
      ("#!/bin/sh", "script '/bin/sh'"), ("#!/bin/sh\n", "script '/bin/sh'"), ("#! /bin/sh -e\n", "script '/bin/sh'"),
      ("#!\t/bin/sh\t-e\n", "script '/bin/sh'"),
      ("#!/bin/sh\r\n", "script '/bin/sh\r'"), (" #!/bin/sh\n", "other"), ("\u{7F}ELF", "other"),
      ("\u{7F}ELF23456789012345678", "other"),
    ] as [(String, String)])
  func beginning(_ head: String, _ expected: String) {
    // The last one has 19 bytes: too few for e_machine.
    #expect(said(Array(Array(head.utf8).prefix(head.hasPrefix("\u{7F}") ? 19 : 4096))) == expected)
  }

  /// A little-endian file with one PT_INTERP.
  private func elf(
    bits: Int, machine: UInt8, loader: String = "/lib/ld.so", type: UInt8 = 3, offset: Int = 200, length: Int? = nil,
    count: UInt8 = 1
  ) -> [UInt8] {
    var head = [UInt8](repeating: 0, count: 256)
    head.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, bits == 64 ? 2 : 1, 1])
    head[18] = machine
    let table = bits == 64 ? 64 : 52
    head[bits == 64 ? 32 : 28] = UInt8(table)
    head[bits == 64 ? 54 : 42] = bits == 64 ? 56 : 32
    head[bits == 64 ? 56 : 44] = count
    head[table] = type
    let length = length ?? loader.utf8.count + 1
    for byte in 0..<4 {
      head[table + (bits == 64 ? 8 : 4) + byte] = UInt8(truncatingIfNeeded: offset >> (8 * byte))
      head[table + (bits == 64 ? 32 : 16) + byte] = UInt8(truncatingIfNeeded: length >> (8 * byte))
    }
    head.replaceSubrange(200..<200 + loader.utf8.count, with: Array(loader.utf8))
    return head
  }

  @Test(arguments: [32, 64]) func handMade(_ bits: Int) {
    #expect(said(elf(bits: bits, machine: 183)) == "elf 183 '/lib/ld.so'")
    #expect(said(elf(bits: bits, machine: 40, type: 1)) == "elf 40 static")
    #expect(said(elf(bits: bits, machine: 40, count: 0)) == "elf 40 static")
    #expect(said(elf(bits: bits, machine: 40, offset: 250)) == "elf 40 static", "the path is not in the head")
    #expect(said(elf(bits: bits, machine: 40, offset: 0x7FFF_FFFF)) == "elf 40 static")
    #expect(said(elf(bits: bits, machine: 40, length: 0x7FFF_FFFF)) == "elf 40 static")
    #expect(said(elf(bits: bits, machine: 40, length: 4)) == "elf 40 '/lib'", "without a NUL all of it")
    #expect(said(elf(bits: bits, machine: 40, count: 200)) == "elf 40 '/lib/ld.so'")
    #expect(said(elf(bits: bits, machine: 40, type: 1, count: 200)) == "elf 40 static")
    #expect(said(Array(elf(bits: bits, machine: 40).prefix(60))) == "elf 40 static")
    var huge = elf(bits: bits, machine: 40)
    for index in (bits == 64 ? 32..<40 : 28..<32) { huge[index] = 0xFF }
    #expect(said(huge) == "elf 40 static")
  }

  @Test func bigEndian() {
    var head = elf(bits: 64, machine: 0, count: 0)
    head[5] = 2
    head[19] = 22
    #expect(said(head) == "elf 22 static")
  }

  @Test func aRealProgram() throws {
    try #require(Self.program.count > 1000)
    let expected = "elf \(Host.elfMachine) '"
    #expect(said(Self.program).hasPrefix(expected))
    #expect(said(Self.program).hasSuffix("'") && said(Self.program).contains("/ld-"))
    for count in 0...Self.program.count { _ = said(Array(Self.program.prefix(count))) }
  }

  @Test func mutationsNeverTrap() {
    var random = SplitMix(seed: 5)
    for _ in 0..<3000 {
      var head = Array(Self.program.prefix(Int.random(in: 0...1000, using: &random)))
      guard !head.isEmpty else { continue }
      for _ in 0..<Int.random(in: 1...12, using: &random) {
        let place = Int.random(in: 0..<min(head.count, 400), using: &random)
        if place > 3 {
          head[place] = [0, 1, 0x7F, 0x80, 0xFF, .random(in: 0...255, using: &random)].randomElement(using: &random)!
        }
      }
      _ = Executable(head: text(head))
    }
  }

  @Test func machineNames() {
    #expect(Executable.machineName(62).map { Text($0).string } == "x86_64")
    #expect(Executable.machineName(183).map { Text($0).string } == "aarch64")
    #expect(Executable.machineName(0) == nil)
  }
}
