import CSys

/// A signal of Linux, 1 to 64; signal(7).
public struct Signal: Equatable, Sendable {
  public let rawValue: Int32

  /// The signal of this number; nil when there is none.
  public init?(number: Int) {
    guard number >= 1, number <= Signal.last else { return nil }
    rawValue = Int32(number)
  }
  init(_ rawValue: Int32) { self.rawValue = rawValue }

  public static let last = 64
  /// What users and runtimes mean by RTMIN, whichever libc this is built with (the C library of musl begins at 35).
  public static let firstRealTime = 34

  public static let hangup = Signal(SIGHUP)
  public static let interrupt = Signal(SIGINT)
  public static let quit = Signal(SIGQUIT)
  public static let abort = Signal(SIGABRT)
  public static let kill = Signal(SIGKILL)
  public static let pipe = Signal(SIGPIPE)
  public static let terminate = Signal(SIGTERM)
  public static let child = Signal(SIGCHLD)
  public static let resume = Signal(SIGCONT)
  public static let stop = Signal(SIGSTOP)
  public static let terminalStop = Signal(SIGTSTP)
  public static let terminalInput = Signal(SIGTTIN)
  public static let terminalOutput = Signal(SIGTTOU)
  /// A file is ready, fcntl(2) O_ASYNC.
  public static let inputOutput = Signal(SIGIO)
  public static let fileSize = Signal(SIGXFSZ)
  public static let user1 = Signal(SIGUSR1)
  public static let user2 = Signal(SIGUSR2)
  public static let powerFailure = Signal(SIGPWR)

  /// Names by number, 1 to 31.
  private static func name(_ number: Int32) -> StaticString {
    switch number {
    case SIGHUP: "HUP"
    case SIGINT: "INT"
    case SIGQUIT: "QUIT"
    case SIGILL: "ILL"
    case SIGTRAP: "TRAP"
    case SIGABRT: "ABRT"
    case SIGBUS: "BUS"
    case SIGFPE: "FPE"
    case SIGKILL: "KILL"
    case SIGUSR1: "USR1"
    case SIGSEGV: "SEGV"
    case SIGUSR2: "USR2"
    case SIGPIPE: "PIPE"
    case SIGALRM: "ALRM"
    case SIGTERM: "TERM"
    case SIGSTKFLT: "STKFLT"
    case SIGCHLD: "CHLD"
    case SIGCONT: "CONT"
    case SIGSTOP: "STOP"
    case SIGTSTP: "TSTP"
    case SIGTTIN: "TTIN"
    case SIGTTOU: "TTOU"
    case SIGURG: "URG"
    case SIGXCPU: "XCPU"
    case SIGXFSZ: "XFSZ"
    case SIGVTALRM: "VTALRM"
    case SIGPROF: "PROF"
    case SIGWINCH: "WINCH"
    case SIGIO: "IO"
    case SIGPWR: "PWR"
    default: "SYS"
    }
  }

  /// Appends the name without "SIG": `TERM`, `RTMIN+3`; the two between 31 and RTMIN by number.
  public func appendName(to message: inout Message) {
    if rawValue < 32 {
      message.append(Signal.name(rawValue))
    } else if rawValue < Signal.firstRealTime {
      message.append(decimal: Int(rawValue))
    } else {
      message.append("RTMIN")
      let offset = Int(rawValue) - Signal.firstRealTime
      if offset > 0 {
        message.append("+")
        message.append(decimal: offset)
      }
    }
  }

  /// Reads a name with or without "SIG", in any case, `RTMIN+n`, `RTMAX-n`, or a number. nil for anything else.
  public init?(_ word: Text) {
    if let number = word.decimal(upTo: Signal.last) {
      self.init(number: number)
      return
    }
    let name = word.count > 3 && word.prefix(3).matchesIgnoringCase("SIG") ? word.dropFirst(3) : word
    for number in Int32(1)..<32 where name.matchesIgnoringCase(Signal.name(number)) {
      self.init(number)
      return
    }
    switch true {
    case name.matchesIgnoringCase("POLL"): self.init(SIGIO)
    case name.matchesIgnoringCase("IOT"): self.init(SIGABRT)
    case name.matchesIgnoringCase("CLD"): self.init(SIGCHLD)
    default:
      guard name.count >= 5, let realTime = Signal(realTime: name) else { return nil }
      self = realTime
    }
  }

  private init?(realTime name: Text) {
    let anchor = name.prefix(5)
    let rest = name.dropFirst(5)
    let number: Int
    if anchor.matchesIgnoringCase("RTMIN") {
      guard let offset = Signal.offset(rest, sign: "+") else { return nil }
      number = Signal.firstRealTime + offset
    } else if name.count >= 5, anchor.matchesIgnoringCase("RTMAX") {
      guard let offset = Signal.offset(rest, sign: "-") else { return nil }
      number = Signal.last - offset
    } else {
      return nil
    }
    guard number >= Signal.firstRealTime else { return nil }
    self.init(number: number)
  }

  private static func offset(_ rest: Text, sign: StaticString) -> Int? {
    if rest.isEmpty { return 0 }
    return rest.hasPrefix(sign) ? rest.dropFirst().decimal(upTo: last - firstRealTime) : nil
  }
}
