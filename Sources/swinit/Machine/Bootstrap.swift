import Boot
import Sys

/// What a machine was started with, and what every step of its boot goes by.
struct Bootstrap {
  /// What the kernel has handed over, for the init that comes next.
  let arguments: SpawnRequest.Vector
  let environment: Environment
  let signals: SignalState
  let parameters: BootParameters
  let log: Log
}
