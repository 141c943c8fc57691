import Boot
import Supervision
import Sys

/// A fault of a system's PID 1 executes this program again, see `Resume`. What is kept for kthreadd goes over to that execution as at an
/// upgrade, so that neither kthreadd nor a worker notices.
extension Keeper {
  /// Leaves all of it to the execution that comes next, and gives the number of its file; 0: that cannot be done. For a fault handler:
  /// nothing is allocated.
  @inline(never)
  func leave() -> Int32 {
    var state = InitState()
    state.kept = snapshot(program.rawValue)
    guard let file = try? state.write(Text(""), Text(""), parts) else { return 0 }
    pass(.kept, program.rawValue)
    FileDescriptor.set(file, .kept)
    return file
  }

  /// Goes on where the execution before the fault was, which may have been in the midst of anything.
  func takeUp() {
    // What is not known is not waited for: it ends when its channel does.
    if process == nil { closeChannel() }
    if process == nil, restartAt == nil { restartAt = .now }
    // Whether it was asked for an answer is not known either.
    beginBeat()
  }
}
