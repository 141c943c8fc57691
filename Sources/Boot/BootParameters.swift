public import Sys

/// What the kernel command line tells an init that boots a machine: the kernel's own words that it has to obey, and `swinit.…`.
public struct BootParameters {
  public enum Access: Sendable {
    case readOnly, readWrite
  }

  public enum RootWait: Sendable {
    /// As long as `swinit.wait` says.
    case bounded
    case forever
    case atMost(Interval)
  }

  /// initcall_debug: whether each call is told of, with its time.
  public enum InitcallTrace: Sendable {
    case none, each
  }

  public enum Login: Sendable {
    /// A getty where there is one and a login for it, else a shell.
    case automatic
    case shell
    /// Nothing.
    case none
  }

  /// init=: what must be executed, or else nothing. nil: not given.
  public private(set) var initPath: Text?
  public private(set) var root: Text?
  public private(set) var rootFlags = Text("")
  public private(set) var rootTypes = Text("")
  /// ro or rw, the last one; nil: neither.
  public private(set) var access: Access?
  public private(set) var rootWait = RootWait.bounded
  public private(set) var rootDelay = Interval.zero
  /// panic=: seconds until a restart, 0 for never, less for at once; nil when it is not there.
  public private(set) var panic: Int?
  public private(set) var console: Text?
  public private(set) var modules = Text("")
  public private(set) var wait = Interval.seconds(30)
  public private(set) var overlaysRoot = false
  public private(set) var isLegacyChain = false
  /// systemd.hostname= or hostname=.
  public private(set) var hostName: Text?
  /// systemd.machine_id=.
  public private(set) var machineID: Text?
  public private(set) var initcallTrace = InitcallTrace.none
  public private(set) var initcallBlacklist = InitcallBlacklist()
  /// What comes on the consoles of a system.
  public private(set) var login = Login.automatic
  /// The time from TERM to KILL at a system's end; nil is for ever.
  public private(set) var grace: Interval? = .seconds(10)
  /// Whether swinit is to be the system's init where it is, in an initramfs that is the root for good.
  public private(set) var staysInInitramfs = false
  public private(set) var test = TestRun()
  /// What stands behind the first `--`.
  public private(set) var wordsForCommand: [CString] = []
  /// Words that begin with `swinit.` and mean nothing, or whose value does not.
  public private(set) var mistakes: [BadWord] = []

  /// The texts are parts of this one.
  public init(_ text: Text) {
    var words = KernelCommandLine.Words(text)
    while let word = words.next(), !word.isDoubleDash { take(word.name, word.value) }
    while let word = words.next(), !word.isDoubleDash { wordsForCommand.append(CString(copying: word.whole)) }
  }

  private mutating func take(_ name: Text, _ value: Text?) {
    guard let value else { return takeFlag(name) }
    switch true {
    case name == "root": root = value
    case name == "init": initPath = value
    case name == "rootflags": rootFlags = value
    case name == "rootfstype": rootTypes = value
    case name == "rootwait":
      if let seconds = value.decimal(upTo: 1 << 30) { rootWait = .atMost(.seconds(Int64(seconds))) }
    case name == "rootdelay":
      if let seconds = value.decimal(upTo: 1 << 30) { rootDelay = .seconds(Int64(seconds)) }
    case name == "panic":
      let isNegative = value.hasPrefix("-")
      if let seconds = (isNegative ? value.dropFirst() : value).decimal(upTo: 1 << 30) { panic = isNegative ? -seconds : seconds }
    case name == "systemd.hostname" || name == "hostname": hostName = value
    case name == "systemd.machine_id": machineID = value
    case name == "initcall_debug": initcallTrace = value == "0" || value.matchesIgnoringCase("n") ? .none : .each
    case name == "initcall_blacklist": initcallBlacklist.add(value)
    case name.hasPrefix("swinit."):
      do throws(BadWord) { try takeOwn(name.dropFirst(7), value, whole: name) } catch { mistakes.append(error) }
    default: break
    }
  }

  private mutating func takeFlag(_ name: Text) {
    switch true {
    case name == "ro": access = .readOnly
    case name == "rw": access = .readWrite
    case name == "rootwait": rootWait = .forever
    case name == "initcall_debug": initcallTrace = .each
    case name == "swinit.system": staysInInitramfs = true
    case name == "swinit.run": test.command = Text("")
    case name == "swinit.overlay": overlaysRoot = true
    case name.hasPrefix("swinit."): mistakes.append(BadWord(name, expected: "an option of swinit"))
    default: break
    }
  }

  private mutating func takeOwn(_ name: Text, _ value: Text, whole: Text) throws(BadWord) {
    switch true {
    case try test.take(name, value) == .known: break
    case name == "console": console = value
    case name == "grace": grace = try Interval.parse(value)
    case name == "login": login = try BootParameters.login(value)
    case name == "modules": modules = value
    case name == "overlay": overlaysRoot = !(value == "0" || value == "no")
    case name == "wait":
      guard let bound = try Interval.parse(value) else { throw BadWord(value, expected: "a time that ends, such as 30s") }
      wait = bound
    case name == "chain":
      guard value == "legacy" else { throw BadWord(value, expected: "legacy") }
      isLegacyChain = true
    default: throw BadWord(whole, expected: "an option of swinit")
    }
  }

  private static func login(_ value: Text) throws(BadWord) -> Login {
    switch true {
    case value == "auto": .automatic
    case value == "shell": .shell
    case value == "none": .none
    default: throw BadWord(value, expected: "auto, shell or none")
    }
  }
}
