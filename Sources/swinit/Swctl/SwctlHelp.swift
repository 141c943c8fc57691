/// What `swctl help` writes.
enum SwctlHelp {
  static let text: StaticString = """
    Usage: swctl [--json] COMMAND [NAME…]

    Controls the workers that kthreadd, PID 2 of a swinit container, creates and supervises.

      run NAME [-p Key=Value]… [--wait] -- COMMAND…   create a worker and wake it
      create NAME [-p Key=Value]… -- COMMAND…         it exists, set up, and waits to be woken
      wake NAME…       let a created worker execute its program
      stop NAME…       ask it to end, and wait until it has; before its wake it never runs
      start NAME…      a worker that has ended, once more
      restart NAME…    stop and start
      park NAME…       freeze it; unpark NAME… lets it go on
      kill NAME [SIG]  send it a signal (TERM)
      bind NAME CPUS   to processors such as 0-3,6, or node:0; with all that it has started
      queue NAME LINE…   jobs for one with StandardInput=queue; - for the lines of stdin
      flush NAME…      until it has done what was queued
      wait NAME        until it has ended; exits with its code
      wait --ready NAME  until it is ready
      list             all workers; with --watch (-w) as they change, until q
      status [NAME…]   one or more workers; exits with 4 when one is not running
      logs [-f] NAME   the last lines of its output, with -f all that follow
      events           what happens, until interrupted
      health           exits with 0 when every worker is where it should be, else with 1
      forget NAME…     take a worker that has ended out of the list
      upgrade PROGRAM  go on as another swinit, in place: kthreadd, then PID 1
      doctor           what is missing here, and what that costs

    Keys are systemd's: Type Restart RestartSec TimeoutStartSec TimeoutStopSec KillSignal WatchdogSec NotifyAccess
    NotificationFD FileDescriptorStoreMax X-Essential X-ShouldStopFD User Group SupplementaryGroups WorkingDirectory Environment EnvironmentFile Nice
    OOMScoreAdjust UMask CPUAffinity Limit… AmbientCapabilities CapabilityBoundingSet NoNewPrivileges StandardInput
    StandardOutput StandardError LogSize LogFiles MemoryMax MemoryHigh TasksMax CPUWeight CPUQuota After Requires

    Exit codes: 0 done, 1 failed, 2 bad usage, 3 no such worker, 4 not running, 69 no kthreadd, 75 queue full, 77 refused;
    127 and 126 when a program is not there or cannot be executed.

    """
}
