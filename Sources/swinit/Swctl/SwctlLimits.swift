import Sys
import Wire

/// What has come of workers' limits, as swctl tells it.
extension SwctlOutput {
  /// `, without effect: MemoryMax= MemoryHigh= (…)`.
  @inline(never)
  mutating func describe(_ wanting: Controllers, _ because: ControllerTrouble) {
    add(", not limited:")
    if wanting.contains(.memory) { add(" memory") }
    if wanting.contains(.tasks) { add(" tasks") }
    if wanting.contains(.processors) { add(" CPU") }
    add(" (\(because.words))")
  }

  @inline(never)
  mutating func addMemory(json worker: WorkerStatus) {
    add(",\"oom_kills\":\(Int(clamping: worker.oomKills)),\"out_of_memory\":\(worker.cause == .memory ? "true" : "false" as StaticString)")
    guard !worker.wanting.isEmpty else { return }
    add(",\"not_limited\":\"")
    for controller in [Controllers.memory, .tasks, .processors] where worker.wanting.contains(controller) {
      add("\(controller.name) ")
    }
    add("(\(worker.because.words))\"")
  }
}
