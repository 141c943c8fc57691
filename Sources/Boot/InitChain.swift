public import Sys

/// The programs that kernel_init() tries, in its order and by its rules: rdinit=, init=, and the four defaults.
public struct InitChain {
  public struct Candidate {
    public enum Source: Sendable { case ramdisk, requested, standard }

    public let source: Source
    public let path: CString
  }

  /// What a failed candidate means.
  public enum Verdict {
    /// Try the next one, after this line if there is one.
    case next(Message?)
    /// The kernel panics here.
    case panic(Message)
  }

  private var rest: [Candidate] = []

  public init(_ line: KernelCommandLine) {
    line.ramdiskPath?.withUnsafeBufferPointer { append(.ramdisk, Text($0)) }
    line.initPath?.withUnsafeBufferPointer { append(.requested, Text($0)) }
    appendDefaults()
  }

  /// The chain of an init that is the ramdisk command itself.
  public init(machine parameters: BootParameters) {
    if let path = parameters.initPath { append(.requested, path) }
    appendDefaults()
  }

  private mutating func appendDefaults() {
    append("/sbin/init")
    append("/etc/init")
    append("/bin/init")
    append("/bin/sh")
    rest.reverse()
  }

  private mutating func append(_ path: StaticString) {
    rest.append(Candidate(source: .standard, path: CString(stringLiteral: path)))
  }
  private mutating func append(_ source: Candidate.Source, _ path: Text) {
    rest.append(Candidate(source: source, path: CString(copying: path)))
  }

  /// The next one to try; nil when none is left.
  public mutating func next() -> Candidate? { rest.popLast() }

  /// What follows from `error`, execve(2)'s, with the kernel's words.
  public static func verdict(on candidate: Candidate, _ error: Errno) -> Verdict {
    switch candidate.source {
    case .ramdisk: .next("Failed to execute \(candidate.path) (error \(-number(error, of: candidate)))")
    case .requested: .panic("Requested init \(candidate.path) failed (error \(-number(error, of: candidate))).")
    case .standard where error == .noEntry: .next(nil)
    case .standard:
      .next("Starting init: \(candidate.path) exists but couldn't execute it (error \(-number(error, of: candidate)))")
    }
  }

  public static var nothingFound: Message {
    "No working init found.  Try passing init= option to --cmdline, or a command to swinit."
  }

  /// The kernel answers an empty path with EACCES, where execve(2) says ENOENT.
  private static func number(_ error: Errno, of candidate: Candidate) -> Int32 {
    candidate.path.isEmpty ? Errno.noAccess.rawValue : error.rawValue
  }
}
