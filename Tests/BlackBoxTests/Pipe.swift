import Glibc

/// The two ends of a pipe(2), both close-on-exec, closed with it unless taken.
final class Pipe {
  private(set) var read: Int32
  private(set) var write: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Trouble("pipe: errno \(errno)") }
    // Not 0 to 3: those are the targets of the dup2 calls in the child. (No pipe2 in Glibc for Swift; a child that another thread
    // starts just now closes all it does not know, see `probe ns`.)
    for index in 0...1 {
      let high = fcntl(ends[index], F_DUPFD_CLOEXEC, 10)
      close(ends[index])
      ends[index] = high
    }
    (read, write) = (ends[0], ends[1])
  }

  deinit {
    closeRead()
    closeWrite()
  }

  func closeRead() {
    if read >= 0 { close(read) }
    read = -1
  }

  func closeWrite() {
    if write >= 0 { close(write) }
    write = -1
  }

  func take() -> Int32 {
    defer { read = -1 }
    return read
  }

  func takeWrite() -> Int32 {
    defer { write = -1 }
    return write
  }
}

/// A pseudo-terminal; the test is the user in front of it.
final class Terminal {
  private(set) var master: Int32
  /// Kept open, so that the master does not end before the first and after the last user.
  private var slave: Int32
  let path: String

  /// TIOCSPTLCK and TIOCGPTN: Glibc has neither these nor grantpt(3) and its kin for Swift.
  private static let lock: UInt = 0x4004_5431
  private static let number: UInt = 0x8004_5430

  init() throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | Int32(O_CLOEXEC))
    var unlocked: Int32 = 0
    var number: UInt32 = 0
    guard master >= 0, ioctl(master, Self.lock, &unlocked) == 0, ioctl(master, Self.number, &number) == 0 else {
      throw Trouble("no pseudo-terminal: errno \(errno)")
    }
    path = "/dev/pts/\(number)"
    slave = open(path, O_RDWR | O_NOCTTY | Int32(O_CLOEXEC))
    guard slave >= 0 else { throw Trouble("\(path): errno \(errno)") }
  }

  deinit { hangUp() }

  func type(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { write(master, $0.baseAddress, $0.count) } }

  func resize(rows: UInt16, columns: UInt16) {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  /// Everything that has it as controlling terminal gets SIGHUP.
  func hangUp() {
    if master >= 0 {
      close(slave)
      close(master)
    }
    master = -1
  }
}
