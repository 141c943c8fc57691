import Boot
import Glibc
import Sys

/// One of the command's outputs, from the window to a descriptor of swvm's.
struct OutputStream {
  let ring: ByteRing
  let descriptor: Int32
  /// As many bytes as can be written without waiting once poll(2) says so.
  private let portion: Int
  private(set) var isBroken = false
  private(set) var count = 0

  init(_ ring: ByteRing, to descriptor: Int32) {
    self.ring = ring
    self.descriptor = descriptor
    var status = stat()
    let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    // A pipe that is ready has room for a page.
    portion = isFile ? 1 << 20 : 4096
  }

  var hasBytes: Bool { ring.count > 0 }

  /// What is there, as far as it goes. Call it when the descriptor is ready.
  mutating func pass() {
    while hasBytes {
      let bytes = ring.filled
      var result = bytes.count
      if !isBroken {
        result = write(descriptor, bytes.baseAddress, min(bytes.count, portion))
        if result < 0, errno == EINTR || errno == EAGAIN { return }
        if result < 0 {
          isBroken = true
          continue
        }
      }
      ring.free(result)
      count += result
      var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard isBroken || (poll(&ready, 1, 0) == 1 && ready.revents & Int16(POLLOUT) != 0) else { return }
    }
  }
}
