import Sys
import Wire

/// kthread_should_stop(): a descriptor of the worker's on which the end comes when it is asked to stop. PID 1 holds the other end too, so
/// that kthreadd's death is no such end.
extension Supervisor {
  /// A new one for a process that is about to be started. Returns the worker's end; -1: its definition asks for none.
  func openNotice(_ index: Int, _ specification: Specification) throws(Errno) -> Int32 {
    closeNotice(index)
    guard specification.stopNotice != nil else { return -1 }
    let (mine, its) = try Socket.pair()
    let own = FileDescriptor.owning(mine)
    let other = try FileDescriptor.owning(its).raised()
    Pipes.letWait(other.rawValue)
    let number = try own.raised().release()
    slots[index]?.notice = number
    keep(.notice, index, number)
    return other.release()
  }

  /// Not a notice: with the process it has lost its sense.
  func closeNotice(_ index: Int) {
    guard let notice = slots[index]?.notice, notice >= 0 else { return }
    FileDescriptor.close(notice)
    slots[index]?.notice = -1
  }

  /// kthread_stop() sets the flag. Once is as good as twice.
  func giveNotice(_ index: Int) {
    if let notice = slots[index]?.notice, notice >= 0 { Socket.endWriting(notice) }
  }
}
