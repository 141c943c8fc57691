/// A directory of the host's that the machine sees.
struct Share {
  enum Access: String {
    case readOnly = "ro"
    case readWrite = "rw"
  }

  let tag: String
  let host: String
  let guest: String
  let access: Access

  /// HOST:GUEST[:ro]; HOST alone is found at the same place in the machine.
  init(_ word: String, tag: String) throws(Complaint) {
    var parts = word.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    var access = Access.readWrite
    if parts.count > 1, let last = parts.last, let known = Access(rawValue: last) {
      access = known
      parts.removeLast()
    }
    guard parts.count <= 2, let first = parts.first, !first.isEmpty else {
      throw Complaint("--mount \(word): expected HOST:GUEST or HOST:GUEST:ro")
    }
    guard let host = Files.real(first) else { throw Complaint("--mount \(word): there is no \(first)") }
    guard Files.kind(of: host) == .directory else { throw Complaint("--mount \(word): \(first) is no directory") }
    let guest = parts.count == 2 ? parts[1] : host
    guard guest.hasPrefix("/"), guest != "/" else {
      throw Complaint("--mount \(word): '\(guest)' is no place in the machine: it has to begin with /")
    }
    self.init(tag: tag, host: host, guest: guest, access: access)
  }

  init(tag: String, host: String, guest: String, access: Access) {
    self.tag = tag
    self.host = host
    self.guest = guest
    self.access = access
  }
}
