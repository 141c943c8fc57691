import CSys

extension FileDescriptor {
  /// A terminal to be told something, which is not waited for: what it has no room for is lost.
  public init(telling path: CString) throws(Errno) {
    let flags = CSYS_O_RDWR | CSYS_O_NONBLOCK | CSYS_O_CLOEXEC | CSYS_O_NOCTTY
    self.init(adopting: try check(csys_open(path.pointer, flags)))
  }
}
