public import Sys
public import Units
public import Wire

extension Specification {
  /// What a unit file has defined.
  @inline(never)
  public init(_ definition: Definition, name: Text) {
    self.init()
    self.name = name
    arguments = definition.arguments
    environment = definition.environment
    environmentFiles = definition.environmentFiles
    directory = definition.directory
    user = definition.user
    group = definition.group
    supplementaryGroups = definition.supplementaryGroups
    readiness = Readiness(rawValue: definition.readiness.rawValue) ?? .executed
    notifyAccess = definition.notifiesFromAll == .on ? .all : .main
    restart = Restart(rawValue: definition.restart.rawValue) ?? .no
    restartDelay = definition.restartDelay
    startTimeout = definition.startTimeout
    stopTimeout = definition.stopTimeout
    watchdog = definition.watchdog
    stopSignal = definition.stopSignal
    essential = definition.essential == .on ? .yes : .no
    after = definition.after
    requires = definition.requires
    limits = definition.limits.map { Limit(resource: $0.resource, soft: $0.soft, hard: $0.hard) }
    nice = definition.nice
    oomScore = definition.oomScore
    umask = definition.umask
    processors = definition.processors
    input = Input(rawValue: definition.input.rawValue) ?? .null
    stopNotice = definition.stopNotice
    ambient = definition.ambient
    bounding = definition.bounding
    privileges = definition.privileges == .on ? .noNew : .asProgramsHave
    output = Output(rawValue: definition.output.rawValue) ?? .lines
    memoryMaximum = definition.memoryMaximum
    taskMaximum = definition.taskMaximum
    processorWeight = definition.processorWeight
    memoryHigh = definition.memoryHigh
    processorQuota = definition.processorQuota
    outputPath = definition.outputPath
    logSize = definition.logSize
    logFiles = definition.logFiles
  }
}

extension Worker.Policy {
  /// What a definition says of a worker's life.
  public init(_ specification: Specification) {
    self.init()
    readiness = specification.readiness
    restart = specification.restart
    if let delay = specification.restartDelay { backoff.base = delay }
    if specification.readiness == .notify { startTimeout = .seconds(90) }
    if let timeout = specification.startTimeout { startTimeout = Worker.Policy.limit(timeout) }
    if let timeout = specification.stopTimeout { stopTimeout = Worker.Policy.limit(timeout) }
    watchdog = specification.watchdog.flatMap(Worker.Policy.limit)
    stopSignal = specification.stopSignal
    essential = specification.essential
    notice = specification.stopNotice == nil ? .none : .given
  }

  /// No time, and all of it, are no limit.
  private static func limit(_ interval: Interval) -> Interval? {
    interval == .zero || interval.nanoseconds == .max ? nil : interval
  }
}
