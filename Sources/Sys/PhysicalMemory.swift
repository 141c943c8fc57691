import CSys

/// A part of the machine's memory that is not the kernel's, mem(4).
public enum PhysicalMemory {
  /// Maps it, for as long as this process lives. The kernel lets nobody do that with memory of its own.
  public static func map(at address: UInt64, size: Int) throws(Errno) -> UnsafeMutableRawPointer {
    let device = try FileDescriptor(opening: "/dev/mem", .readWrite)
    guard let offset = off_t(exactly: address) else { throw .invalid }
    let memory = mmap(nil, size, Int32(PROT_READ | PROT_WRITE), Int32(MAP_SHARED), device.rawValue, offset)
    guard let memory, memory != UnsafeMutableRawPointer(bitPattern: -1) else { throw Errno(csys_errno()) }
    return memory
  }
}
