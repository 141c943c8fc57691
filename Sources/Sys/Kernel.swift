import CSys

/// System calls that libc has no function for that Swift could call, syscall(2).
enum Kernel {
  @discardableResult
  static func call(
    _ number: Int32, _ a: UInt = 0, _ b: UInt = 0, _ c: UInt = 0, _ d: UInt = 0, _ e: UInt = 0
  ) throws(Errno) -> Int {
    let result = csys_call(
      number, Int(bitPattern: a), Int(bitPattern: b), Int(bitPattern: c), Int(bitPattern: d), Int(bitPattern: e))
    guard result < 0 else { return Int(result) }
    throw Errno(Int32(truncatingIfNeeded: -result))
  }

  /// Calls `body` with the address of a value that the kernel reads or writes.
  @inline(__always)
  static func lend<Value, Result>(_ value: inout Value, _ body: (UInt) throws(Errno) -> Result) throws(Errno) -> Result {
    try withUnsafeMutablePointer(to: &value) { (pointer) throws(Errno) in try body(address(pointer)) }
  }

  static func address(_ pointer: UnsafeRawPointer?) -> UInt { UInt(bitPattern: pointer) }
}
