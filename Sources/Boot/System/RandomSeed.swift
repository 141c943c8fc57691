public import Sys

/// The seed that goes from one start of a machine to the next, /var/lib/swinit/random-seed, random(4): a machine without a good source of its
/// own so begins with what the last run had gathered.
///
/// Nothing here allocates: it is saved again when the machine goes down.
public enum RandomSeed {
  /// What the kernel is to think of a seed that was read.
  public enum Trust: Sendable {
    /// Stirred in, and not counted.
    case stirred
    /// Counted as bits that nobody can guess, RNDADDENTROPY: right where nobody copies disks. Two machines of one image would begin alike.
    case credited
  }

  static let path: CString = "/var/lib/swinit/random-seed"
  private static let new: CString = "/var/lib/swinit/random-seed.new"
  /// Of a seed from a generator that was ready. One that was saved too early is a byte shorter, and never counted.
  static let length = 512

  /// Whether a seed of so many bytes may be counted.
  static func mayCredit(_ count: Int) -> Bool { count == length }

  /// How many bytes to keep of a seed of this quality.
  static func kept(_ quality: Random.Quality) -> Int { quality == .ready ? length : length - 1 }

  /// Gives the kernel the seed of the last run, and puts a new one in its place at once: no seed is ever used twice. It is counted only when
  /// the new one is safely on the disk.
  public static func load(_ trust: Trust, _ report: (SystemLine) -> Void) -> Errno? {
    var buffer = InlineArray<512, UInt8>(repeating: 0)
    var span = buffer.mutableSpan
    return span.withUnsafeMutableBytes { load(trust, into: $0, report) }
  }

  private static func load(_ trust: Trust, into buffer: UnsafeMutableRawBufferPointer, _ report: (SystemLine) -> Void) -> Errno? {
    var first = FirstError()
    var old = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<0])
    do throws(Errno) {
      old = UnsafeRawBufferPointer(try FileDescriptor.contents(of: path, into: buffer).bytes)
      try Random.stir(old)
    } catch {
      // The first start has none.
      if error != .noEntry {
        report(.failure("cannot use the random seed \(path): \(error)"))
        first.take(error)
      }
    }
    if let error = replace(stirring: old, report) {
      first.take(error)
      return first.value
    }
    guard trust == .credited, mayCredit(old.count) else { return first.value }
    do throws(Errno) { try Random.credit(old) } catch {
      report(.failure("cannot credit the random seed \(path): \(error)"))
      first.take(error)
    }
    return first.value
  }

  /// Saves a seed for the next start.
  public static func save(_ report: (SystemLine) -> Void) -> Errno? {
    replace(stirring: UnsafeRawBufferPointer(start: nil, count: 0), report)
  }

  private static func replace(stirring old: UnsafeRawBufferPointer, _ report: (SystemLine) -> Void) -> Errno? {
    var buffer = InlineArray<512, UInt8>(repeating: 0)
    var span = buffer.mutableSpan
    return span.withUnsafeMutableBytes { seed -> Errno? in
      do throws(Errno) {
        let quality = try Random.fill(seed)
        stir(old, into: seed)
        try write(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(seed)[..<kept(quality)]))
        return nil
      } catch {
        // A root that stays read-only is meant to be so.
        let isMeant = error == .readOnly
        report(isMeant ? .note(failure(error)) : .failure(failure(error)))
        return isMeant ? nil : error
      }
    }
  }

  @inline(never)
  private static func failure(_ error: Errno) -> Message { "cannot save a random seed in \(path): \(error)" }

  /// Exclusive or: no easier to guess than the better of the two.
  static func stir(_ old: UnsafeRawBufferPointer, into seed: UnsafeMutableRawBufferPointer) {
    for index in 0..<min(old.count, seed.count) { seed[index] ^= old[index] }
  }

  /// Whole or not at all, and on the disk when it returns.
  private static func write(_ seed: UnsafeRawBufferPointer) throws(Errno) {
    try StateDirectory.make()
    let file = try FileDescriptor(creating: new, mode: 0o600)
    try file.write(seed)
    try file.sync()
    try Directory.rename(new, to: path)
    try StateDirectory.sync()
  }
}

/// /var/lib/swinit: what goes from one start to the next.
enum StateDirectory {
  static let path: CString = "/var/lib/swinit"

  static func make() throws(Errno) {
    try Directory.make("/var")
    try Directory.make("/var/lib")
    try Directory.make(path)
  }

  /// fsync(2) of the directory: its names are on the disk.
  static func sync() throws(Errno) { try FileDescriptor(opening: path, .read).sync() }
}
