import Sys

/// The options of swinit by its own name. This table is what the parser reads, what the environment is searched for, and what
/// `--help` shows.
enum NativeOption: CaseIterable {
  case rewrite, signalTarget, exitMap, drain, killAfter, grace
  case user, chdir, env, console, commandLine, pdeathsig, pre, post, supervise, controlGroup, heartbeat
  case report, verbose, help, version

  struct Description {
    let name: StaticString
    var letter: UInt8?
    /// How the value is shown; nil: the option takes none.
    var value: StaticString?
    /// nil: there is none.
    var variable: StaticString?
    /// For a missing value: "a time such as 5s".
    var expected: StaticString = ""
    let help: StaticString
  }

  var description: Description {
    switch self {
    case .rewrite:
      Description(
        name: "rewrite", value: "SIG:SIG,...", variable: "SWINIT_REWRITE", expected: "FROM:TO, such as TERM:QUIT",
        help: "forward a signal as another one, or with 0 not at all: TERM:QUIT,USR1:0,RTMIN+3:TERM")
    case .signalTarget:
      Description(
        name: "signal-target", value: "child|group", variable: "SWINIT_SIGNAL_TARGET", expected: "child or group",
        help: "who gets the signals: the command, or its process group (default group)")
    case .exitMap:
      Description(
        name: "exit-map", value: "CODE:CODE,...", variable: "SWINIT_EXIT_MAP", expected: "FROM:TO, such as 143:0",
        help: "exit with another code than the command's: 143:0,130:0")
    case .drain:
      Description(
        name: "drain", value: "TIME", variable: "SWINIT_DRAIN", expected: "a time such as 5s, 500ms, 2m or infinity",
        help: "hold the first TERM back for TIME, while a load balancer drains; a second TERM ends the wait")
    case .killAfter:
      Description(
        name: "kill-after", value: "TIME", variable: "SWINIT_KILL_AFTER", expected: "a time such as 5s, 500ms, 2m or infinity",
        help: "KILL the command when it has not ended TIME after TERM (default never)")
    case .grace:
      Description(
        name: "grace", value: "TIME", variable: "SWINIT_GRACE", expected: "a time such as 5s, 500ms, 2m or infinity",
        help: "what the command leaves behind gets TERM, and after TIME KILL (default 5s; 0 kills at once)")
    case .user:
      Description(
        name: "user", value: "USER[:GROUP]", variable: "SWINIT_USER", expected: "a user of /etc/passwd or a number",
        help: "run the command as this user, by name or number; sets HOME, USER and LOGNAME")
    case .chdir:
      Description(
        name: "chdir", value: "DIR", variable: "SWINIT_CHDIR", expected: "a directory",
        help: "run the command in this directory")
    case .env:
      Description(
        name: "env", value: "NAME=VALUE", variable: "SWINIT_ENV", expected: "NAME=VALUE",
        help: "set a variable of the command (may be repeated; SWINIT_ENV holds one a line)")
    case .console:
      Description(
        name: "console", value: "PATH", variable: "SWINIT_CONSOLE", expected: "the path of a terminal",
        help: "open PATH on descriptors 0-2 (default: /dev/console on those that are closed)")
    case .commandLine:
      Description(
        name: "cmdline", value: "WORDS", variable: "SWINIT_CMDLINE", expected: "words as on a kernel's command line",
        help: "without a command: look for an init as a kernel with this command line would")
    case .pdeathsig:
      Description(
        name: "pdeathsig", value: "SIG", variable: "SWINIT_PDEATHSIG", expected: "a signal such as TERM",
        help: "get SIG, and forward it, when the parent of swinit ends")
    case .pre:
      Description(
        name: "pre", value: "CMD", variable: "SWINIT_PRE", expected: "a command",
        help: "run CMD before the command, which is not started unless CMD exits 0 (may be repeated)")
    case .post:
      Description(
        name: "post", value: "CMD", variable: "SWINIT_POST", expected: "a command",
        help: "run CMD when all has ended, with SWINIT_EXIT_CODE and SWINIT_EXIT_SIGNAL (may be repeated)")
    case .supervise:
      Description(
        name: "supervise", letter: UInt8(ascii: "S"), variable: "SWINIT_SUPERVISE",
        help: "start kthreadd, which supervises workers for swctl (also when /etc/swinit/workers.d is there)")
    case .controlGroup:
      Description(
        name: "control-group", value: "GROUP", variable: "SWINIT_CONTROL_GROUP", expected: "a group of /etc/group or a number",
        help: "members of this group, by name or number, may use swctl beside root and swinit's own user")
    case .heartbeat:
      Description(
        name: "heartbeat", value: "TIME", variable: "SWINIT_HEARTBEAT", expected: "a time over 0 such as 10s, or infinity",
        help: "KILL a kthreadd that has not answered for TIME, and start another (default 10s)")
    case .report:
      Description(
        name: "report", variable: "SWINIT_REPORT", help: "write one line of JSON on standard error at the end")
    case .verbose:
      Description(
        name: "verbose", letter: UInt8(ascii: "v"), variable: "SWINIT_VERBOSE",
        help: "say what is done; twice: each process reaped")
    case .help:
      Description(name: "help", letter: UInt8(ascii: "h"), help: "show this text")
    case .version:
      Description(name: "version", letter: UInt8(ascii: "V"), help: "show the version")
    }
  }

  /// kthreadd is not in every build.
  var isOffered: Bool {
    switch self {
    case .supervise, .controlGroup, .heartbeat: return Kthreadd.isBuiltIn
    default: return true
    }
  }

  /// The option of this word, and the value that is attached to it (`--name=value`). nil: there is no such option.
  static func find(_ word: CString) -> (option: NativeOption, attached: CString?)? {
    let text = word.text
    guard text.hasPrefix("-") else { return nil }
    for option in allCases where option.isOffered {
      let description = option.description
      if let letter = description.letter, text.count == 2, text[1] == letter { return (option, nil) }
      let name = Text(description.name)
      guard text.hasPrefix("--"), text.dropFirst(2).hasPrefix(name) else { continue }
      let length = 2 + name.count
      if text.count == length { return (option, nil) }
      if text[length] == UInt8(ascii: "=") { return (option, word.dropFirst(length + 1)) }
    }
    return nil
  }
}
