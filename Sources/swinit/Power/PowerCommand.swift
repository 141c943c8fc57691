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
  /// Write this to standard output.
  case say([StaticString])

  /// Reads the command line and does what it says. The exit code is 0 once the request is made.
  @inline(never)
  static func run(_ name: PowerName, _ arguments: SpawnRequest.Vector) throws(UsageError) -> Int32 {
    // What is opened later must not be taken for one of these.
    try? Console.openWhereClosed()
    let command = name == .shutdown ? try ShutdownParser.parse(arguments) : try PowerParser.parse(name, arguments)
    switch command {
    case .nothing: break
    case .say(let parts):
      for part in parts { try? StandardStream.output.write(Text(part).bytes) }
    case .end(let request):
      try requireRoot(request.name)
      try request.wait()
      try request.perform()
    case .plan(let plan):
      try requireRoot(.shutdown)
      try plan.run()
    case .cancel(let broadcast):
      try requireRoot(.shutdown)
      try ShutdownLock.cancelOther()
      broadcast.send("")
    }
    return 0
  }

  private static func requireRoot(_ name: PowerName) throws(UsageError) {
    guard Caller.isRoot else { throw name.error("only root may do this") }
  }
}
