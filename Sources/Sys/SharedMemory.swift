import CSys

/// A file in memory that several processes may map, memfd_create(2).
public enum SharedMemory {
  /// A new one of this size; its pages come when they are written.
  public static func create(size: Int) throws(Errno) -> FileDescriptor {
    let name: CString = "workers"
    let number = try Kernel.call(319 /* memfd_create */, Kernel.address(name.pointer), 1 /* MFD_CLOEXEC */)
    let file = FileDescriptor(adopting: Int32(number))
    _ = try checkCall(ftruncate(file.rawValue, off_t(size)))
    return file
  }

  /// Maps it, for as long as this process lives.
  public static func map(_ file: Int32, size: Int) throws(Errno) -> UnsafeMutableRawBufferPointer {
    let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
    guard let memory, memory != UnsafeMutableRawPointer(bitPattern: -1) else { throw Errno(csys_errno()) }
    return UnsafeMutableRawBufferPointer(start: memory, count: size)
  }
}

extension SharedMemory {
  /// Zeros that take no memory until they are written; never given back.
  public static func zeros<Element: BitwiseCopyable>(of: Element.Type, count: Int) throws(Errno) -> UnsafeMutablePointer<Element>
  {
    // MAP_ANONYMOUS
    let memory = mmap(nil, count * MemoryLayout<Element>.stride, PROT_READ | PROT_WRITE, MAP_PRIVATE | 0x20, -1, 0)
    guard let memory, memory != UnsafeMutableRawPointer(bitPattern: -1) else { throw Errno(csys_errno()) }
    return memory.bindMemory(to: Element.self, capacity: count)
  }
}
