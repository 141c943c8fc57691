import Boot
import Sys

/// Reads the command line and the variables of swinit by its own name.
enum NativeParser {
  /// `arguments` is the whole argv; variables are read first, so that options win.
  static func parse(
    _ arguments: SpawnRequest.Vector, _ environment: Environment, into configuration: inout Configuration
  ) throws(UsageError) -> Personality.Request {
    let complaint = complaint(reading: environment, into: &configuration)

    var index = arguments[0] == nil ? 0 : 1
    while let pointer = arguments[index], pointer[0] == CChar(UInt8(ascii: "-")), pointer[1] != 0 {
      let word = CString(at: UnsafePointer(pointer))
      index += 1
      if word.text == "--" { break }
      guard let (option, attached) = NativeOption.find(word) else {
        throw UsageError("unknown option '\(word)'; see 'swinit --help'")
      }
      if let request = request(of: pointer) { return request }
      let description = option.description
      guard description.value != nil else {
        guard attached == nil else { throw UsageError("--\(description.name) takes no value, but '\(word)' gives it one") }
        turnOn(option, &configuration)
        continue
      }
      var value = attached
      if value == nil, let next = arguments[index] {
        value = CString(at: UnsafePointer(next))
        index += 1
      }
      guard let value else { throw UsageError("--\(description.name) needs a value: \(description.expected)") }
      try set(option, to: value, from: .option, &configuration)
    }
    if let complaint { throw complaint }
    if arguments[index] != nil { configuration.command = arguments + index }
    return .run
  }

  /// `environment` without the variables that are meant for this process: a swinit further down must not obey them again.
  static func withoutVariables(_ environment: Environment) -> Environment {
    guard environment.holds(namesFrom: "SWINIT_") else { return environment }
    var rest = environment
    for option in NativeOption.allCases {
      if let variable = option.description.variable { rest.remove(variable) }
    }
    return rest
  }

  private enum Origin {
    case option, variable
  }

  /// What `--help` and `--version` ask for; nil for any other word.
  private static func request(of word: UnsafeMutablePointer<CChar>?) -> Personality.Request? {
    guard let word, let (option, attached) = NativeOption.find(CString(at: UnsafePointer(word))), attached == nil else {
      return nil
    }
    if case .help = option { return .help }
    if case .version = option { return .say(.output, ["swinit ", Version.text, "\n"]) }
    return nil
  }

  /// Reads the SWINIT_ variables, which hold under every name of this program, before the options, which win. Returns what is wrong with
  /// them, to be thrown behind the options: help and a version are given whatever the variables hold.
  static func complaint(reading environment: Environment, into configuration: inout Configuration) -> UsageError? {
    do throws(UsageError) {
      try readVariables(environment, into: &configuration)
      return nil
    } catch {
      return error
    }
  }

  private static func readVariables(_ environment: Environment, into configuration: inout Configuration) throws(UsageError) {
    guard environment.holds(namesFrom: "SWINIT_") else { return }
    for option in NativeOption.allCases where option.isOffered {
      let description = option.description
      guard let variable = description.variable, let value = environment.value(variable) else { continue }
      if description.value != nil {
        // An empty variable is how a compose file or a pod unsets one.
        if !value.isEmpty { try set(option, to: value, from: .variable, &configuration) }
      } else if try isOn(value, variable) {
        turnOn(option, &configuration)
      }
    }
  }

  private static func isOn(_ value: CString, _ variable: StaticString) throws(UsageError) -> Bool {
    let text = value.text
    switch true {
    case text == "1", text.matchesIgnoringCase("true"), text.matchesIgnoringCase("yes"), text.matchesIgnoringCase("on"):
      return true
    case text.isEmpty, text == "0", text.matchesIgnoringCase("false"), text.matchesIgnoringCase("no"),
      text.matchesIgnoringCase("off"):
      return false
    default: throw UsageError("bad value '\(value)' for \(variable): expected 1 or 0")
    }
  }

  private static func turnOn(_ option: NativeOption, _ configuration: inout Configuration) {
    if case .report = option { configuration.report = .line }
    if case .supervise = option { configuration.supervision = .asked }
    if case .verbose = option {
      configuration.log.threshold = configuration.log.threshold.rawValue < Log.Level.info.rawValue ? .info : .debug
    }
  }

  private static func set(
    _ option: NativeOption, to value: CString, from origin: Origin, _ configuration: inout Configuration
  ) throws(UsageError) {
    do throws(BadWord) {
      try set(option, value, origin, &configuration)
    } catch {
      let name = option.description
      let whose: Message = origin == .option ? "--\(name.name)" : "\(name.variable ?? "")"
      if error.word == value.text { throw UsageError("bad value '\(value)' for \(whose): expected \(error.expected)") }
      throw UsageError("bad value '\(value)' for \(whose): '\(error.word)': expected \(error.expected)")
    }
  }

  private static func set(
    _ option: NativeOption, _ value: CString, _ origin: Origin, _ configuration: inout Configuration
  ) throws(BadWord) {
    let text = value.text
    switch option {
    case .rewrite: try configuration.policy.rewrites.add(text)
    case .signalTarget:
      if text == "child" {
        configuration.signalTarget = .child
      } else if text == "group" {
        configuration.signalTarget = .group
      } else {
        throw BadWord(text, expected: "child or group")
      }
    case .exitMap: try configuration.exitMap.add(text)
    case .drain:
      guard let drain = try Interval.parse(text) else { throw BadWord(text, expected: "a time that ends, such as 5s") }
      configuration.policy.drain = drain
    case .killAfter: configuration.policy.killAfter = try Interval.parse(text)
    case .grace:
      configuration.policy.grace = try Interval.parse(text)
      configuration.leftovers = .ended
    case .user:
      if text.isEmpty { throw BadWord(text, expected: "a user of /etc/passwd or a number") }
      configuration.user = value
    case .chdir:
      if text.isEmpty { throw BadWord(text, expected: "a directory") }
      configuration.directory = value
    case .env: try addVariables(value, origin, &configuration)
    case .console:
      if text.isEmpty { throw BadWord(text, expected: "the path of a terminal") }
      configuration.console = value
    case .commandLine: configuration.commandLine = value
    case .pdeathsig:
      guard let signal = Signal(text) else { throw BadWord(text, expected: "a signal such as TERM, RTMIN+3 or 15") }
      configuration.parentDeathSignal = signal
    case .heartbeat:
      let time = try Interval.parse(text)
      if time == .zero { throw BadWord(text, expected: "a time over 0 such as 10s, or infinity") }
      configuration.heartbeat = time
    case .pre: configuration.preHooks.append(try CommandWords(text))
    case .post: configuration.postHooks.append(try CommandWords(text))
    case .controlGroup:
      configuration.controlGroup = try UserDatabase(passwd: Text(""), group: FileDescriptor.text(of: "/etc/group")).groupID(text)
    case .supervise, .report, .verbose, .help, .version: return
    }
  }

  private static func addVariables(
    _ value: CString, _ origin: Origin, _ configuration: inout Configuration
  ) throws(BadWord) {
    guard origin == .variable else { return try addVariable(value, &configuration) }
    try value.text.forEachPart(separatedBy: UInt8(ascii: "\n")) { (line) throws(BadWord) in
      if !line.isEmpty { try addVariable(CString(copying: line), &configuration) }
    }
  }

  private static func addVariable(_ variable: CString, _ configuration: inout Configuration) throws(BadWord) {
    guard let (name, _) = variable.text.cut(at: UInt8(ascii: "=")), !name.isEmpty else {
      throw BadWord(variable.text, expected: "NAME=VALUE")
    }
    configuration.variables.append(variable)
  }
}
