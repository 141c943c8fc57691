import CSys

/// The heap of a process that forks and goes on: kthreadd's. What it allocates from `begin()` on lies in memory that fork(2) leaves out
/// (MADV_DONTFORK), so that a fork costs the same with ten thousand workers as with one, makes no page of the parent's be copied
/// behind it, and shows no worker another one's definition. The child allocates from a few pages of its own.
///
/// As in mm/slub.c a page holds objects of one size, and what is freed waits for the next of its size. The static build alone uses it:
/// there posix_memalign(3) and free(3), which Swift calls, come here first (`--wrap`).
public enum Slab {
  /// Address space, not memory: a page is there when it is written.
  private static let size: UInt = 256 << 20
  private static let childSize: UInt = 256 << 10
  private static let page: UInt = 4096

  /// 0: not begun.
  nonisolated(unsafe) private static var start: UInt = 0
  /// Where a child's next object comes; 0: this process is no child.
  nonisolated(unsafe) private static var childNext: UInt = 0

  /// The first page: where the next page of objects comes, and from the second word on what is free of each size, chained through its
  /// first word.
  private static func word(_ index: Int) -> UnsafeMutablePointer<UInt>? {
    UnsafeMutablePointer(bitPattern: start + UInt(index) * UInt(MemoryLayout<UInt>.stride))
  }
  private static func head(_ index: Int) -> UnsafeMutablePointer<UInt>? { word(index + 1) }

  /// From here on what is allocated is not copied by fork(2). Where there is no such memory, all stays as it was.
  public static func begin() {
    guard start == 0, let memory = try? SharedMemory.zeros(of: UInt8.self, count: Int(size + childSize)) else { return }
    let first = UInt(bitPattern: memory)
    guard (try? Kernel.call(SYS_madvise, first, size, 10 /* MADV_DONTFORK */)) != nil else { return }
    start = first
    // Behind the first page a byte for each page says of which size its objects are.
    word(0)?.pointee = first + page + size / page
  }

  /// What a forked child does before anything else: nothing of the parent's is there.
  public static func leave() { if start != 0 { childNext = start + size } }

  /// Sizes in steps of 16 bytes up to 128, and from there of an eighth to a quarter: the size's place, and what it is rounded up to.
  static func place(of bytes: UInt) -> (index: Int, size: UInt) {
    if bytes <= 128 {
      let steps = max(1, (bytes + 15) / 16)
      return (Int(steps) - 1, steps * 16)
    }
    let width = UInt(UInt.bitWidth - (bytes - 1).leadingZeroBitCount)
    let steps = ((bytes - 1) >> (width - 3)) + 1
    return (Int(8 + (width - 8) * 4 + (steps - 5)), steps << (width - 3))
  }

  /// nil: it has to come from elsewhere.
  static func allocate(_ bytes: UInt, _ alignment: UInt) -> UInt? {
    guard start != 0, alignment <= 16, bytes < 16 << 20 else { return nil }
    if childNext != 0 {
      let taken = (bytes + 15) & ~15
      guard childNext + taken <= start + size + childSize else { return nil }
      defer { childNext += taken }
      return childNext
    }
    let (index, size) = place(of: bytes)
    guard let head = head(index) else { return nil }
    if head.pointee == 0 { fill(index, size) }
    let object = head.pointee
    guard object != 0, let link = UnsafePointer<UInt>(bitPattern: object) else { return nil }
    head.pointee = link.pointee
    return object
  }

  /// Makes new objects of a size: a page of them, or one of several pages.
  private static func fill(_ index: Int, _ objectSize: UInt) {
    let length = objectSize > page / 2 ? (objectSize + page - 1) / page * page : page
    guard let next = word(0), next.pointee + length <= start + size else { return }
    let first = next.pointee
    UnsafeMutablePointer<UInt8>(bitPattern: start + page + (first - start) / page)?.pointee = UInt8(index)
    var object = first
    repeat {
      push(object, index)
      object += objectSize
    } while object + objectSize <= first + page
    next.pointee = first + length
  }

  private static func push(_ object: UInt, _ index: Int) {
    guard let head = head(index) else { return }
    UnsafeMutablePointer<UInt>(bitPattern: object)?.pointee = head.pointee
    head.pointee = object
  }

  /// Whether it was one of these.
  static func free(_ object: UInt) -> Bool {
    guard start != 0, object >= start, object < start + size + childSize else { return false }
    guard childNext == 0, object < start + size,
      let kind = UnsafePointer<UInt8>(bitPattern: start + page + (object - start) / page)
    else { return true }
    let index = Int(kind.pointee)
    // From 20 KiB on the memory goes back.
    if index >= 36 {
      let size = UInt(5 + (index - 8) % 4) << UInt((index - 8) / 4 + 5)
      _ = try? Kernel.call(SYS_madvise, object, size, 4 /* MADV_DONTNEED */)
    }
    push(object, index)
    return true
  }
}

#if hasFeature(Embedded)
  @c(__wrap_posix_memalign)
  func allocateAligned(_ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: UInt, _ size: UInt) -> Int32 {
    guard let object = Slab.allocate(size, alignment) else { return __real_posix_memalign(result, Int(alignment), Int(size)) }
    result.pointee = UnsafeMutableRawPointer(bitPattern: object)
    return 0
  }

  @c(__wrap_free)
  func freeObject(_ object: UnsafeMutableRawPointer?) {
    if !Slab.free(UInt(bitPattern: object)) { __real_free(object) }
  }
#endif
