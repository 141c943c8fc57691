import TestSupport
import Testing

@testable import Sys
@testable import Units

/// Definitions of workers: keys by systemd's names, and lines that are not obeyed.
@Suite struct DefinitionTests {
  private func read(_ lines: String...) throws -> Definition {
    var warnings: [String] = []
    let definition = Definition(text("[Service]\nExecStart=x\n" + lines.joined(separator: "\n"))) {
      warnings.append("\($0): \($1.string)")
    }
    #expect(warnings == [])
    return try #require(definition)
  }

  private func warnings(_ file: String) -> [String] {
    var result: [String] = []
    _ = Definition(text(file)) { result.append("\($0): \($1.string)") }
    return result
  }

  @Test func command() throws {
    let definition = try #require(Definition(text("[Service]\nExecStart=/bin/x 'a b' \\\n --c\n")) { _, _ in })
    #expect(definition.arguments.map(\.string) == ["/bin/x", "a b", "--c"])
  }

  @Test func lifeAndIdentity() throws {
    let definition = try read(
      "Type=notify", "Restart=on-failure", "RestartSec=0", "TimeoutStopSec=1min", "TimeoutStartSec=infinity", "WatchdogSec=3",
      "KillSignal=SIGQUIT", "User=www-data", "Group=adm", "SupplementaryGroups=a b", "WorkingDirectory=/srv",
      "Environment=A=1 'B=2 3'", "Environment=C=4", "EnvironmentFile=-/etc/default/x", "NotifyAccess=all", "X-Essential=yes",
      "NoNewPrivileges=true", "StandardOutput=null")
    #expect(definition.readiness == .notify)
    #expect(definition.restart == .onFailure)
    #expect(definition.restartDelay == .zero)
    #expect(definition.stopTimeout == .seconds(60))
    #expect(definition.startTimeout == Interval(nanoseconds: .max))
    #expect(definition.watchdog == .seconds(3))
    #expect(definition.stopSignal == .quit)
    #expect(definition.user?.string == "www-data")
    #expect(definition.group?.string == "adm")
    #expect(definition.supplementaryGroups.map(\.string) == ["a", "b"])
    #expect(definition.directory?.string == "/srv")
    #expect(definition.environment.map(\.string) == ["A=1", "B=2 3", "C=4"])
    #expect(definition.environmentFiles.map(\.string) == ["-/etc/default/x"])
    #expect(definition.notifiesFromAll == .on)
    #expect(definition.essential == .on)
    #expect(definition.privileges == .on)
    #expect(definition.output == .null)
  }

  @Test func kthreads() throws {
    let definition = try read("StandardInput=queue", "X-ShouldStopFD=3", "CPUAffinity=node:0-1")
    #expect(definition.input == .queue)
    #expect(definition.stopNotice == 3)
    #expect(definition.processors?.string == "node:0-1")
    let undone = try read(
      "StandardInput=queue", "StandardInput=null", "X-ShouldStopFD=3", "X-ShouldStopFD=", "CPUAffinity=1", "CPUAffinity=")
    #expect(undone.input == .null)
    #expect(undone.stopNotice == nil)
    #expect(undone.processors == nil)
    #expect(
      warnings("[Service]\nExecStart=x\nStandardInput=tty\nX-ShouldStopFD=2\nX-ShouldStopFD=1024\nCPUAffinity=node:x\n") == [
        "3: bad value 'tty' for StandardInput: expected null or queue",
        "4: bad value '2' for X-ShouldStopFD: expected the number of a descriptor, 3 to 1023",
        "5: bad value '1024' for X-ShouldStopFD: expected the number of a descriptor, 3 to 1023",
        "6: bad value 'node:x' for CPUAffinity: expected processors such as 0-3,6, or node:0",
      ])
  }

  @Test func resources() throws {
    let definition = try read(
      "Nice=-5", "OOMScoreAdjust=500", "UMask=027", "CPUAffinity=0-1 3", "AmbientCapabilities=CAP_NET_BIND_SERVICE cap_kill",
      "CapabilityBoundingSet=~CAP_SYS_ADMIN", "MemoryMax=1G", "TasksMax=10", "CPUWeight=50", "LimitNOFILE=1024:4096",
      "LimitCORE=0",
      "LimitAS=infinity", "LimitCPU=1min")
    #expect(definition.nice == -5)
    #expect(definition.oomScore == 500)
    #expect(definition.umask == 0o27)
    #expect(definition.processors?.string == "0-1,3")
    #expect(definition.ambient == 1 << 10 | 1 << 5)
    #expect(definition.bounding == ((1 << 41) - 1) & ~(1 << 21))
    #expect(definition.memoryMaximum == 1 << 30)
    #expect(definition.taskMaximum == 10)
    #expect(definition.processorWeight == 50)
    #expect(definition.limits.map(\.resource) == [7, 4, 9, 0])
    #expect(definition.limits.map(\.soft) == [1024, 0, .max, 60])
    #expect(definition.limits.map(\.hard) == [4096, 0, .max, 60])
  }

  @Test func emptyValuesTakeAway() throws {
    let definition = try read("Environment=A=1", "Environment=", "Environment=B=2", "CapabilityBoundingSet=", "User=a", "User=")
    #expect(definition.environment.map(\.string) == ["B=2"])
    #expect(definition.bounding == 0)
    #expect(definition.user == nil)
  }

  @Test func theLongestTimes() throws {
    #expect(try read("LimitCPU=9223372036s 854ms").limits.map(\.soft) == [9_223_372_037])
  }

  @Test func order() throws {
    let definition = try #require(
      Definition(text("[Unit]\nDescription=x\nAfter=db.service cache\nRequires=db.service\n[Service]\nExecStart=x")) { _, _ in })
    #expect(definition.after.map(\.string) == ["db", "cache"])
    #expect(definition.requires.map(\.string) == ["db"])
  }

  /// What is no unit's name keeps its end.
  @Test func suffixesOfWordsAreKept() throws {
    let definition = try read("Environment=UNIT=a.service", "SupplementaryGroups=b.service")
    #expect(definition.environment.map(\.string) == ["UNIT=a.service"])
    #expect(definition.supplementaryGroups.map(\.string) == ["b.service"])
  }

  @Test(arguments: [
    ("[Service]\nExecStart=x\nEnvironment=A=1 B\n", "3: bad value 'A=1 B' for Environment: expected NAME=value"),
    ("[Service]\nExecStart=x\nEnvironment==1\n", "3: bad value '=1' for Environment: expected NAME=value"),
    ("[Service]\nExecStart=''\nExecStart=x\n", "2: bad value '\'\'' for ExecStart: expected a program"),
    ("[Service]\nExecStart=x\nUser=a\0b\n", "3: bad value 'a\\x00b' for User: expected text without NUL"),
    ("[Service]\nExecStart=x\nUser=a\0\\\nb\n", "3: bad value 'a\\x00 b' for User: expected text without NUL"),
    (
      "[Service]\nExecStart=x\nRestartSec=9223372036.9s\n",
      "3: bad value '9223372036.9s' for RestartSec: expected a time such as 5s, 1min 30s or infinity"
    ),
    ("[Service]\nExecStart=x\nRestrat=always\n", "3: unknown key 'Restrat': not obeyed"),
    ("[Service]\nExecStart=x\nRestart=maybe\n", "3: bad value 'maybe' for Restart: expected no, on-failure or always"),
    ("[Service]\nExecStart=x\nNice=20\n", "3: bad value '20' for Nice: expected a number from -20 to 19"),
    ("[Service]\nExecStart=x\nLimitNOPE=1\n", "3: unknown key 'LimitNOPE': not obeyed"),
    ("[Service]\nExecStart=x\nType=forking\n", "3: bad value 'forking' for Type: expected simple, exec, notify or oneshot"),
    ("[Service]\nRestart=always\n", "0: no ExecStart=: it defines no worker"),
    ("ExecStart=x\n[Service]\nExecStart=x\n", "1: a line before the first [Section] is not obeyed"),
    ("[Service]\nExecStart=-x\nExecStart=x", "2: bad value '-x' for ExecStart: expected a program without a prefix"),
    ("[Unit]\nExecStart=x\n[Service]\nExecStart=x", "2: unknown key 'ExecStart': not obeyed"),
  ]) func complaints(_ file: String, _ expected: String) { #expect(warnings(file) == [expected]) }
}
