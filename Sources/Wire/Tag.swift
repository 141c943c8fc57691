/// The numbers of fields. They are part of the protocol and of the table that outlives its writer: none is changed or used again.
public enum Tag {
  // A worker's definition.
  public static let name: UInt16 = 1
  public static let argument: UInt16 = 2
  public static let variable: UInt16 = 3
  public static let variableFile: UInt16 = 4
  public static let directory: UInt16 = 5
  public static let user: UInt16 = 6
  public static let group: UInt16 = 7
  public static let supplementaryGroup: UInt16 = 8
  public static let readiness: UInt16 = 9
  public static let notifyAccess: UInt16 = 10
  public static let restart: UInt16 = 11
  public static let restartDelay: UInt16 = 12
  public static let startTimeout: UInt16 = 13
  public static let stopTimeout: UInt16 = 14
  public static let watchdog: UInt16 = 15
  public static let stopSignal: UInt16 = 16
  public static let essential: UInt16 = 17
  public static let after: UInt16 = 18
  public static let requires: UInt16 = 19
  public static let limit: UInt16 = 20
  public static let nice: UInt16 = 21
  public static let oomScore: UInt16 = 22
  public static let umask: UInt16 = 23
  public static let processors: UInt16 = 24
  public static let ambient: UInt16 = 25
  public static let bounding: UInt16 = 26
  public static let inheritable: UInt16 = 27
  public static let privileges: UInt16 = 28
  public static let output: UInt16 = 29
  public static let memoryMaximum: UInt16 = 30
  public static let taskMaximum: UInt16 = 31
  public static let processorWeight: UInt16 = 32
  public static let notificationDescriptor: UInt16 = 33
  public static let storeMaximum: UInt16 = 34
  public static let input: UInt16 = 37
  public static let stopNotice: UInt16 = 38
  public static let outputPath: UInt16 = 41
  public static let logSize: UInt16 = 42
  public static let logFiles: UInt16 = 43
  public static let memoryHigh: UInt16 = 44
  public static let processorQuota: UInt16 = 45
  // What swinit adds for the process that becomes the worker.
  public static let cgroup: UInt16 = 48

  // Requests and replies.
  public static let number: UInt16 = 64
  public static let error: UInt16 = 65
  public static let stage: UInt16 = 66
  public static let process: UInt16 = 67
  public static let state: UInt16 = 68
  public static let restarts: UInt16 = 69
  public static let since: UInt16 = 70
  public static let ending: UInt16 = 71
  public static let code: UInt16 = 72
  public static let text: UInt16 = 73
  public static let next: UInt16 = 74
  public static let started: UInt16 = 75
  public static let event: UInt16 = 76
  public static let dropped: UInt16 = 77
  public static let control: UInt16 = 78
  public static let activity: UInt16 = 80
  public static let stored: UInt16 = 81
  public static let job: UInt16 = 84
  public static let binding: UInt16 = 85
  public static let oomKills: UInt16 = 88
  public static let endedForMemory: UInt16 = 89
  public static let wanting: UInt16 = 90
  public static let because: UInt16 = 91

  // What a worker has used, and what has become of it.
  public static let processorTime: UInt16 = 96
  public static let memory: UInt16 = 97
  public static let fate: UInt16 = 98
  public static let begun: UInt16 = 99
  /// The step of an upgrade that failed.
  public static let step: UInt16 = 92
}
