import Boot
import Sys
import Wire

extension WorkerStart {
  /// Puts the worker's end of the stop notice at the number that its definition asks for, and tells the number in SHOULD_STOP_FD. The
  /// channel makes room where it is in the way.
  mutating func place(_ notice: Int32, _ specification: Specification) throws(Errno) {
    guard let number = specification.stopNotice else { return }
    guard notice >= 0 else { throw .badMessage }
    if channel == number { channel = try FileDescriptor.owning(channel).moved(above: number).release() }
    try FileDescriptor.place(notice, at: number)
    let digits: Message = "\(number)"
    digits.withBytes { environment.set("SHOULD_STOP_FD", Text($0)) }
  }
}
