import Foundation
import TestSupport
import Testing

/// One line of Data/cmdlines.txt with what the kernel made of it. Words are kept as the recording writes them: bytes that are not
/// printable ASCII, and the backslash, as \xNN.
struct KernelAnswer: Sendable, CustomTestStringConvertible {
  let line: [UInt8]
  /// What was executed in the end, and the words behind it.
  var program = ""
  var arguments: [String] = []
  var environment: [String] = []
  /// The paths that were tried, in order.
  var tried: [String] = []
  /// Why there was no init.
  var panic: String?

  var testDescription: String { KernelAnswers.printable(line) }

  // The recorder's root file system.
  static let executable: Set = ["/sbin/init", "/rd", "/my/init", "/a b", "/a=b", "my/init", "/my/../my/init"]
  static let files = executable.union(["/init", "/plain", "/my", "/dev", "/dev/console"])

  /// What execve() of the kernel says about a path that cannot be executed.
  static func error(of path: String) -> Int {
    if path.hasPrefix("/my/init/") { return -20 }
    return path.isEmpty || files.contains(path) ? -13 : -2
  }
}

enum KernelAnswers {
  static let recorded = read().answers
  /// What the recorder put before each line.
  static let options = read().options

  private static func read() -> (options: [UInt8], answers: [KernelAnswer]) {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Data/kernel-answers.txt")
    guard let text = try? String(contentsOf: file, encoding: .utf8) else { return ([], []) }
    var options: [UInt8] = []
    var answers: [KernelAnswer] = []
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      guard let space = line.firstIndex(of: " ") else { continue }
      let value = String(line[line.index(after: space)...])
      let word = String(value.dropFirst().dropLast())
      switch line[..<space] {
      case "options": options = bytes(value)
      case "line": answers.append(KernelAnswer(line: bytes(word)))
      case _ where answers.isEmpty: continue
      case "argv": add(argument: word, to: &answers[answers.count - 1])
      case "env": answers[answers.count - 1].environment.append(word)
      case "panic": answers[answers.count - 1].panic = value
      case "log":
        guard let path = value.wholeMatch(of: /Run (.*) as init process/)?.1 else { continue }
        answers[answers.count - 1].tried.append(String(path))
      default: continue
      }
    }
    return (options, answers)
  }

  private static func add(argument: String, to answer: inout KernelAnswer) {
    if answer.program.isEmpty { answer.program = argument } else { answer.arguments.append(argument) }
  }

  static func printable(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      byte < 0x20 || byte > 0x7E || byte == UInt8(ascii: "\\")
        ? "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16) : String(UnicodeScalar(byte))
    }.joined()
  }

  private static func bytes(_ text: String) -> [UInt8] {
    let source = Array(text.utf8)
    var result: [UInt8] = []
    var index = 0
    while index < source.count {
      let digits = source[index...].dropFirst(2).prefix(2)
      if source[index] == UInt8(ascii: "\\"), let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) {
        result.append(byte)
        index += 4
      } else {
        result.append(source[index])
        index += 1
      }
    }
    return result
  }
}
