import Glibc

/// A descriptor that closes itself.
final class Descriptor {
  let number: Int32

  init(_ number: Int32, _ what: String) throws(Complaint) {
    guard number >= 0 else { throw Complaint("cannot make \(what): \(Failure.text(number < -1 ? -number : errno))") }
    self.number = number
  }

  deinit { close(number) }
}

/// A pipe or a pair of sockets: one end for swvm, which never waits at it, one for a program that it starts.
final class Line {
  enum Direction {
    case fromProgram, both
  }

  let own: Descriptor
  let program: Descriptor

  init(_ direction: Direction, _ what: String) throws(Complaint) {
    var ends: [Int32] = [-1, -1]
    let result =
      direction == .both
      ? socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) : pipe(&ends)
    own = try Descriptor(result < 0 ? -1 : ends[0], what)
    program = try Descriptor(ends[1], what)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(own.number, F_SETFL, O_NONBLOCK)
  }
}
