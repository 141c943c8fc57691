import CSys

/// The kernel's random numbers, random(4).
public enum Random {
  public enum Quality: Sendable {
    /// The generator has been seeded.
    case ready
    /// Too early after the start: what came may be guessed.
    case early
  }

  /// getrandom(2) with GRND_NONBLOCK, and /dev/urandom where that would wait: early in a boot, nothing may.
  public static func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Quality {
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = csys_call(SYS_getrandom, Int(bitPattern: rest.baseAddress), rest.count, 1 /* GRND_NONBLOCK */, 0, 0)
      if count == -Int64(EINTR) { continue }
      guard count > 0 else { break }
      filled += Int(count)
    }
    if filled == buffer.count { return .ready }
    let device = try FileDescriptor(opening: "/dev/urandom", .read)
    while filled < buffer.count {
      let count = try device.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      guard count > 0 else { throw Errno(EIO) }
      filled += count
    }
    return .early
  }

  /// Stirs bytes into the generator without a claim about them: write(2) to /dev/urandom.
  public static func stir(_ bytes: UnsafeRawBufferPointer) throws(Errno) {
    try FileDescriptor(writing: "/dev/urandom").write(bytes)
  }

  /// Stirs in up to 512 bytes and claims that nobody can guess any of them: ioctl(2) RNDADDENTROPY.
  public static func credit(_ bytes: UnsafeRawBufferPointer) throws(Errno) {
    let count = min(bytes.count, 512)
    // struct rand_pool_info: bits, bytes, and the bytes themselves.
    var form = InlineArray<520, UInt8>(repeating: 0)
    var span = form.mutableSpan
    var result = Errno(0)
    let device = try FileDescriptor(writing: "/dev/urandom")
    span.withUnsafeMutableBytes { memory in
      memory.storeBytes(of: Int32(count * 8), as: Int32.self)
      memory.storeBytes(of: Int32(count), toByteOffset: 4, as: Int32.self)
      UnsafeMutableRawBufferPointer(rebasing: memory[8...]).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
      do throws(Errno) { try device.control(0x4008_5203, Int(bitPattern: memory.baseAddress)) } catch { result = error }
    }
    if result != Errno(0) { throw result }
  }
}
