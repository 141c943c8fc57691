import Sys
import Wire

/// What has come of workers' limits, as swctl tells it.
extension SwctlOutput {
  /// `memory, tasks (there is no …)`.
  @inline(never)
  mutating func add(_ wanting: Controllers, _ because: ControllerTrouble) {
    for controller in [Controllers.memory, .tasks, .processors] where wanting.contains(controller) { add("\(controller.name) ") }
    add("(\(because.words))")
  }

  @inline(never)
  mutating func addMemory(json worker: WorkerStatus) {
    let isCause: StaticString = worker.cause == .memory ? "true" : "false"
    add(",\"oom_kills\":\(Int(clamping: worker.oomKills)),\"out_of_memory\":\(isCause)")
    guard !worker.wanting.isEmpty else { return }
    add(",\"not_limited\":\"")
    add(worker.wanting, worker.because)
    add("\"")
  }
}
