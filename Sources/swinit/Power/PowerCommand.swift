import Boot
import Sys

/// What reboot(8), poweroff(8), halt(8) and shutdown(8) were asked for.
enum PowerCommand {
  case end(EndRequest)
  case plan(ShutdownPlan)
  /// End the wait of another shutdown, with these words for those who are logged in.
  case cancel(Broadcast)
  /// A record for wtmp, which is not kept here.
  case nothing

  /// Does it. The exit code is 0 once the request is made.
  func run() throws(UsageError) -> Int32 {
    switch self {
    case .nothing: break
    case .end(let request):
      try PowerCommand.requireRoot(request.name)
      try request.wait()
      try request.perform()
    case .plan(let plan):
      try PowerCommand.requireRoot(.shutdown)
      try plan.run()
    case .cancel(let broadcast):
      try PowerCommand.requireRoot(.shutdown)
      try ShutdownLock.cancelOther()
      broadcast.send("")
    }
    return 0
  }

  private static func requireRoot(_ name: PowerName) throws(UsageError) {
    guard Caller.isRoot else { throw name.error("only root may do this") }
  }
}
