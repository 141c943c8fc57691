import Sys

/// The file that this process was executed from.
enum OwnProgram {
  /// Whether `path` leads to it, by any name or link: executing it again would go round in circles.
  static func isOwn(_ path: CString) -> Bool {
    guard let file = try? FileStatus(of: path) else { return false }
    if let own = try? FileStatus(of: CString("/proc/self/exe")) { return file.isSameFile(as: own) }
    guard let executed = Host.executedPath, let own = try? FileStatus(of: executed) else { return false }
    return file.isSameFile(as: own)
  }
}
