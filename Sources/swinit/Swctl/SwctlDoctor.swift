import Boot
import Supervision
import Sys
import Wire

/// `swctl doctor`: what kthreadd could use and does not have here, and what that costs.
enum SwctlDoctor {
  static func run(_ form: SwctlCommand.Form, _ environment: Environment) throws(Swctl.Trouble) -> Int32 {
    var output = SwctlOutput()
    var missing = 0
    func say(_ what: StaticString, _ isThere: Bool, _ cost: StaticString) {
      if !isThere { missing += 1 }
      if form == .json {
        let comma: StaticString = what == "kthreadd" ? "{" : ","
        output.add("\(comma)\"\(what)\":\(isThere ? "true" : "false" as StaticString)")
      } else if isThere {
        output.add("\(what): there\n")
      } else {
        output.add("\(what): missing; \(cost)\n")
      }
    }
    // It is asked what it has: this process may be in another cgroup.
    var found: WorkerStatus?
    if var connection = try? SwctlConnection(environment), let reply = try? connection.ask(.health) {
      found = reply.error == .notPermitted ? nil : reply.worker
    }
    say("kthreadd", found != nil, "nothing here can be controlled")
    say("proc", ProcessTable() != nil, "processes are told apart by number alone, and helpers of a worker cannot notify")
    say(
      "cgroup", found.map { !$0.because.meansNoGroups } ?? false,
      "workers are held together by process groups; what leaves its group is not found")
    for controller in [Controllers.memory, .tasks, .processors] {
      let isThere = found.map { !$0.wanting.contains(controller) } ?? false
      say(controller.name, isThere, found?.because.words ?? "kthreadd does not say")
    }
    say(
      "run", Directory.isWritable("/run/swinit"),
      "the sockets have abstract names, which every container in the same network namespace sees")
    say(
      "pidfd", (try? ProcessDescriptor(.current)) != nil,
      "a kthreadd that is started anew knows workers by number and start time only")
    let sets = try? Capabilities.current()
    func has(_ capability: UInt64) -> Bool { sets.map { $0.effective & 1 << capability != 0 } ?? false }
    say("CAP_SETUID", has(7) && has(6), "workers cannot run as other users")
    say("CAP_KILL", has(5), "workers of other users cannot be signalled")
    say("CAP_SYS_RESOURCE", has(24), "limits and OOM scores can only be made stricter")
    say("CAP_SYS_NICE", has(23), "workers can only be made nicer")
    if form == .json { output.add("}\n") }
    output.flush()
    return missing == 0 ? Swctl.Exit.done : Swctl.Exit.failed
  }
}

extension StaticString {
  fileprivate static func == (left: StaticString, right: StaticString) -> Bool { Text(left) == Text(right) }
}
