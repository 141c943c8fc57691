public import Sys

/// Descriptors 0 to 2, as console_on_rootfs() leaves them for the kernel's PID 1: one open file, three times.
public enum Console {
  /// Why there is no console. Not fatal: /dev/null stands in where it can.
  public struct Failure: Error {
    public let path: CString
    public let errno: Errno
  }

  /// Makes those of 0 to 2 that are closed the console. Nothing is opened when all three are there.
  public static func openWhereClosed() throws(Failure) {
    for stream in StandardStream.allCases where !stream.isOpen {
      return try open(CString("/dev/console"), instead: false)
    }
  }

  /// The terminal that /dev/console stands for, which unlike it has a name that programs find: the last of the kernel's active consoles.
  public static var terminal: CString? {
    let text = FileDescriptor.text(of: "/sys/class/tty/console/active")
    let line = text.cut(at: UInt8(ascii: "\n"))?.before ?? text
    let name = line.lastIndex(of: UInt8(ascii: " ")).map { line.dropFirst($0 + 1) } ?? line
    guard !name.isEmpty else { return nil }
    let path = CString(copying: Text("/dev/"), name)
    return (try? FileStatus(of: path)) == nil ? nil : path
  }

  /// Makes 0 to 2 `path`, whatever they were.
  public static func open(_ path: CString) throws(Failure) { try open(path, instead: true) }

  private static func open(_ path: CString, instead: Bool) throws(Failure) {
    // The first descriptor that is opened may itself be one of 0 to 2; it is not one of them by its flags (it closes at exec), so
    // each is made by dup2(2) from one that is above.
    do {
      let file = try FileDescriptor(openingAboveStandard: path, .readWrite)
      assign(file, instead)
    } catch {
      if let file = try? FileDescriptor(openingAboveStandard: CString("/dev/null"), .readWrite) { assign(file, false) }
      throw Failure(path: path, errno: error)
    }
  }

  private static func assign(_ file: borrowing FileDescriptor, _ instead: Bool) {
    for stream in StandardStream.allCases where instead || !stream.isOpen { stream.duplicate(file) }
  }
}
