import CSys

/// syscall(2): a call that libc has no function for, or one that does less than the kernel's.
@discardableResult
func systemCall(
  _ number: Int32, _ first: Int, _ second: Int = 0, _ third: Int = 0, _ fourth: Int = 0, _ fifth: Int = 0
) throws(Errno) -> Int {
  Int(try check(csys_call(number, first, second, third, fourth, fifth)))
}
