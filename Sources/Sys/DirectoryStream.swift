import CSys

/// An open directory: its entries one by one, and what is in it opened by its descriptor, openat(2). A tree that is walked so cannot
/// be led elsewhere by links.
public struct DirectoryStream: ~Copyable {
  private let stream: OpaquePointer

  /// opendir(3).
  public init(opening path: CString) throws(Errno) {
    guard let stream = opendir(path.pointer) else { throw Errno(csys_errno()) }
    self.stream = stream
  }

  /// A directory in this one. ELOOP or ENOTDIR for a symbolic link.
  public init(opening name: CString, in parent: borrowing DirectoryStream) throws(Errno) {
    let flags = CSYS_O_RDONLY | CSYS_O_DIRECTORY | CSYS_O_NOFOLLOW | CSYS_O_CLOEXEC
    let descriptor = try check(csys_open_at(dirfd(parent.stream), name.pointer, flags))
    guard let stream = fdopendir(descriptor) else {
      let error = Errno(csys_errno())
      _ = csys_close(descriptor)
      throw error
    }
    self.stream = stream
  }

  deinit { closedir(stream) }

  public struct Entry {
    /// Valid until the next one is asked for.
    public let name: CString
    public let kind: Kind
  }

  public enum Kind {
    case directory, other
    /// The file system does not say.
    case unknown
  }

  /// readdir(3), without "." and ".."; nil at the end and when the directory cannot be read.
  public mutating func next() -> Entry? {
    while let entry = readdir(stream) {
      let name = CString(at: csys_entry_name(entry))
      let text = name.text
      if text == "." || text == ".." { continue }
      // DT_UNKNOWN and DT_DIR, which the two libcs declare each in its own way.
      return Entry(name: name, kind: entry.pointee.d_type == 0 ? .unknown : entry.pointee.d_type == 4 ? .directory : .other)
    }
    return nil
  }

  /// A file for reading, by its name or by a path from this directory. It never waits for a writer of a FIFO.
  public func open(_ path: CString) throws(Errno) -> FileDescriptor {
    let flags = CSYS_O_RDONLY | CSYS_O_CLOEXEC | CSYS_O_NOCTTY | CSYS_O_NONBLOCK
    return FileDescriptor(adopting: try check(csys_open_at(dirfd(stream), path.pointer, flags)))
  }
}

extension FileDescriptor {
  /// How many bytes a file has, lseek(2). What is read next is its beginning.
  public func length() throws(Errno) -> Int {
    let length = lseek(rawValue, 0, SEEK_END)
    guard length >= 0, lseek(rawValue, 0, SEEK_SET) == 0 else { throw Errno(csys_errno()) }
    return Int(length)
  }
}
