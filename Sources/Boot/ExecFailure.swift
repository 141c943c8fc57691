public import Sys

/// Why a command could not be executed, said so that its owner knows what to mend.
public struct ExecFailure {
  public let message: Message
  /// 127 when there is no such command, 126 when there is one that cannot be executed; as shells have it.
  public let exitCode: Int32

  /// A command that was found, and cannot be run for this reason.
  public init(_ message: Message) {
    self.message = message
    exitCode = 126
  }

  /// `word` is the command as it was given, `path` the file that was refused (empty when none was found).
  public init(word: CString, path: CString, search: CString, _ error: Errno) {
    if path.isEmpty {
      exitCode = 127
      message =
        word.isEmpty
        ? "cannot execute '': the command is an empty word"
        : "cannot execute '\(word)': not found in PATH (\(search))"
      return
    }
    // A script or a program whose interpreter is missing gives ENOENT though the file itself is there.
    let exists = (try? FileStatus(of: path)) != nil
    exitCode = error == .noEntry && !exists ? 127 : 126
    message = "cannot execute '\(path)': \(ExecFailure.reason(path, error))"
  }

  private static func reason(_ path: CString, _ error: Errno) -> Message {
    guard let status = try? FileStatus(of: path) else {
      return error == .noEntry ? "no such file" : "\(error)"
    }
    if status.isDirectory { return "it is a directory" }
    if !status.isRegular { return "it is not a regular file (\(error))" }
    if error == .noAccess, status.permissions & 0o111 == 0 {
      return "it has no x permission (mode 0\(octal: status.permissions)); chmod +x it"
    }
    var memory = InlineArray<4096, UInt8>(repeating: 0)
    var span = memory.mutableSpan
    return span.withUnsafeMutableBufferPointer { buffer in
      guard let head = try? FileDescriptor.contents(of: path, into: UnsafeMutableRawBufferPointer(buffer)) else {
        return "\(error)"
      }
      return reason(Executable(head: head), error)
    }
  }

  private static func reason(_ file: Executable, _ error: Errno) -> Message {
    switch file {
    case .script(let interpreter) where error == .noEntry:
      // A carriage return is shown by the message as \x0d.
      return "its interpreter '\(interpreter)' is missing"
    case .script(let interpreter) where error == .noAccess:
      return "its interpreter '\(interpreter)' may not be executed, or a file system is mounted noexec (\(error))"
    case .elf(_, let loader?) where error == .noEntry:
      return "its ELF loader '\(loader)' is missing"
    case .elf(let machine, _) where error == .notExecutable && machine != Host.elfMachine:
      let mine = Executable.machineName(Host.elfMachine) ?? "another"
      guard let name = Executable.machineName(machine) else { return "built for ELF machine \(machine), this one is \(mine)" }
      return "built for \(name), this machine is \(mine)"
    case .empty where error == .notExecutable:
      return "the file is empty"
    case .other where error == .notExecutable:
      return "neither an ELF program nor a script that begins with '#!'"
    default:
      if error == .noAccess { return "\(error); is its file system mounted noexec, or a directory above it closed?" }
      if error == .tooBig { return "\(error): its arguments and environment are over the kernel's limit" }
      return "\(error)"
    }
  }
}
