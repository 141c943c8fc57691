import Subprocess
import SystemPackage

/// Programs of the host's that swvm lets work for it.
enum Tool {
  /// Runs one to its end, which has to be a good one, and gives what it has said.
  @discardableResult
  static func run(_ name: String, _ words: [String], in directory: String? = nil) async throws -> String {
    do {
      let result = try await Subprocess.run(
        executable(name), arguments: Arguments(words), workingDirectory: directory.map { FilePath($0) },
        output: .string(limit: 1 << 24),
        error: .string(limit: 1 << 20))
      guard result.terminationStatus.isSuccess else {
        let reason = result.standardError.split(separator: "\n").last.map(String.init) ?? "\(result.terminationStatus)"
        throw Complaint("\(name): \(reason)")
      }
      return result.standardOutput
    } catch let error as SubprocessError {
      throw Complaint("cannot run \(name): \(error)")
    }
  }

  private static func executable(_ name: String) -> Executable { name.contains("/") ? .path(FilePath(name)) : .name(name) }

  /// Runs one with its output to a new file.
  static func run(_ name: String, _ words: [String], to path: String) async throws {
    do {
      let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: [.ownerReadWrite, .groupRead, .otherRead])
      let result = try await Subprocess.run(
        executable(name), arguments: Arguments(words), output: .fileDescriptor(file, closeAfterSpawningProcess: true),
        error: .string(limit: 1 << 20))
      guard result.terminationStatus.isSuccess else { throw Complaint("\(name): \result.standardError") }
    } catch let error as SubprocessError {
      throw Complaint("cannot run \(name): \(error)")
    }
  }
}
