import Foundation
import Sys
import TestSupport
import Testing

@testable import Boot

/// KernelCommandLine against what a real kernel made of the same lines: scripts/record-cmdline has booted it with each of them.
@Suite struct KernelAnswersTests {
  static let answers = KernelAnswers.recorded

  @Test func thereAreEnough() {
    #expect(KernelAnswersTests.answers.count >= 120)
    #expect(KernelAnswersTests.answers.count { $0.panic != nil } >= 20)
  }

  @Test(arguments: answers) func isTheKernels(_ answer: KernelAnswer) {
    let line = Reading(answer.line)
    if let panic = answer.panic {
      #expect(line.panic(executable: KernelAnswer.executable) == panic)
    } else {
      #expect(line.overflow == nil)
      #expect(line.arguments == answer.arguments)
      #expect(line.environment == answer.environment)
      #expect(line.tried(until: answer.program) == answer.tried)
    }
  }

  /// The recorder's own options are nothing to init, so what it recorded is the line's answer alone.
  @Test(arguments: answers) func optionsOfTheRecorder(_ answer: KernelAnswer) {
    let alone = Reading(answer.line)
    let together = Reading(KernelAnswers.options + [UInt8(ascii: " ")] + answer.line)
    #expect(together == alone)
  }
}

/// A line as KernelCommandLine reads it, in a form that can be compared and printed.
private struct Reading: Equatable {
  let overflow: String?
  let arguments: [String]
  let environment: [String]
  let initPath: String?
  let ramdiskPath: String?

  init(_ bytes: [UInt8]) {
    let line = bytes.withUnsafeBufferPointer { KernelCommandLine(Text($0)) }
    overflow = line.overflow?.message.withBytes { KernelAnswers.printable(Array($0)) }
    arguments = line.arguments.map(KernelAnswers.printable)
    let words = line.environment.map(KernelAnswers.printable)
    // The kernel's own two come first, whoever sets them.
    let home = words.last { $0.hasPrefix("HOME=") } ?? "HOME=/"
    let term = words.last { $0.hasPrefix("TERM=") } ?? "TERM=linux"
    environment = [home, term] + words.filter { !$0.hasPrefix("HOME=") && !$0.hasPrefix("TERM=") }
    initPath = line.initPath.map(KernelAnswers.printable)
    ramdiskPath = line.ramdiskPath.map(KernelAnswers.printable)
  }

  /// kernel_init()'s chain up to `program`.
  func tried(until program: String) -> [String] {
    let chain = [ramdiskPath ?? "/init"] + (initPath.map { [$0] } ?? ["/sbin/init"])
    return Array(chain.prefix(through: chain.firstIndex(of: program) ?? chain.count - 1))
  }

  /// The words of the panic that follows from the line where only `executable` can be executed, and files but no root are there.
  func panic(executable: Set<String>) -> String? {
    if let overflow { return overflow }
    let ramdisk = ramdiskPath ?? "/init"
    if executable.contains(ramdisk) { return nil }
    guard KernelAnswer.files.contains(ramdisk) else { return "VFS: Unable to mount root fs on unknown-block(0,0)" }
    guard let initPath, !executable.contains(initPath) else { return nil }
    return "Requested init \(initPath) failed (error \(KernelAnswer.error(of: initPath)))."
  }
}
