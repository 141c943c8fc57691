import Glibc

/// A letter on the channel between the harness and a payload; payload.h has the other side.
enum Message: UInt8 {
  case ready = 0x52  // R
  case go = 0x47  // G
  case done = 0x44  // D
  case signaled = 0x53  // S
  case end = 0x45  // E
}

/// The harness's end of the channel to one payload, and until the start also the payload's.
final class Channel {
  private let own: Int32
  /// What the payload gets as its descriptor 3.
  private(set) var other: Int32

  /// Throws `BenchError.system` when socketpair(2) fails.
  init() throws(BenchError) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw .system(call: "socketpair", errno: errno)
    }
    (own, other) = (ends[0], ends[1])
  }

  deinit {
    closeOther()
    close(own)
  }

  /// To be called once the payload has its end, so that its going away is seen.
  func closeOther() {
    guard other >= 0 else { return }
    close(other)
    other = -1
  }

  /// Sends a letter; nothing when the payload is gone, which the next `expect` tells.
  func send(_ message: Message) {
    var letter = message.rawValue
    _ = Glibc.send(own, &letter, 1, Int32(truncatingIfNeeded: MSG_NOSIGNAL))
  }

  /// Waits for exactly this letter. `subject` names the init in what it throws.
  func expect(_ message: Message, from subject: String, milliseconds: Int32 = 120_000) throws(BenchError) {
    var entry = pollfd(fd: own, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, milliseconds) > 0 else { throw .timeout(subject: subject, what: "\"\(message)\"") }
    var letter: UInt8 = 0
    let count = read(own, &letter, 1)
    guard count == 1 else { throw .payload(subject: subject, expected: message, got: nil) }
    guard letter == message.rawValue else { throw .payload(subject: subject, expected: message, got: letter) }
  }
}
