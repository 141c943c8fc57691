import TestSupport
import Testing

@testable import Boot
@testable import Sys

@Suite struct InitChainTests {
  private static let standard = ["/sbin/init", "/etc/init", "/bin/init", "/bin/sh"]

  @Test(
    arguments: [
      ("", standard), ("a k=v", standard), ("init=/x", ["/x"] + standard), ("rdinit=/r", ["/r"] + standard),
      ("init=/x rdinit=/r", ["/r", "/x"] + standard),
      ("rdinit=", [""] + standard), ("init=", [""] + standard), ("init=/x init=/y", ["/y"] + standard),
    ] as [(String, [String])])
  func order(_ line: String, _ expected: [String]) {
    var chain = InitChain(KernelCommandLine(text(line)))
    var paths: [String] = []
    while let candidate = chain.next() { paths.append(candidate.path.string) }
    #expect(paths == expected)
  }

  @Test(
    arguments: [
      ("ramdisk", "/r", 2, "next: Failed to execute /r (error -2)"),
      ("ramdisk", "/r", 13, "next: Failed to execute /r (error -13)"),
      ("requested", "/x", 2, "panic: Requested init /x failed (error -2)."),
      ("requested", "", 2, "panic: Requested init  failed (error -13)."),
      ("requested", "/x", 8, "panic: Requested init /x failed (error -8)."), ("standard", "/sbin/init", 2, "next"),
      ("standard", "/sbin/init", 13, "next: Starting init: /sbin/init exists but couldn't execute it (error -13)"),
      ("standard", "/bin/sh", 8, "next: Starting init: /bin/sh exists but couldn't execute it (error -8)"),
      ("standard", "/bin/sh", 40, "next: Starting init: /bin/sh exists but couldn't execute it (error -40)"),
    ] as [(String, String, Int32, String)])
  func verdicts(_ source: String, _ path: String, _ error: Int32, _ expected: String) {
    let candidate = InitChain.Candidate(
      source: source == "ramdisk" ? .ramdisk : source == "requested" ? .requested : .standard, path: word(path))
    let verdict =
      switch InitChain.verdict(on: candidate, Errno(error)) {
      case .next(nil): "next"
      case .next(let message?): "next: " + message.string
      case .panic(let message): "panic: " + message.string
      }
    #expect(verdict == expected)
  }

  @Test func nothingFound() {
    #expect(InitChain.nothingFound.string.hasPrefix("No working init found.  Try passing init= option to "))
  }
}
