import Sys

/// One message of sd_notify(3). Of a field that is there several times the first counts, as systemd has it. Texts point into the message.
struct Notification {
  enum Phase: Sendable { case ready, reloading, stopping }
  enum Watchdog: Sendable { case ping, trigger }
  enum Store: Sendable { case keep, remove }

  /// READY=1, RELOADING=1, STOPPING=1: the last one counts.
  private(set) var phase: Phase?
  private(set) var status: Text?
  private(set) var mainProcess: ProcessID?
  private(set) var watchdog: Watchdog?
  private(set) var watchdogTime: Interval?
  private(set) var extensionTime: Interval?
  private(set) var store: Store?
  private(set) var polling = Deposit.Polling.watched
  /// FDNAME=, where it can be one.
  private(set) var descriptorName: Text?

  /// nil: none of it is to be obeyed. That is a message with a NUL in it, and a BARRIER=1 among other fields.
  init?(_ message: Text) {
    let text = message.count > 1 && message[message.count - 1] == 0 ? message.dropLast() : message
    guard text.firstIndex(of: 0) == nil else { return nil }
    var fields = 0
    var isBarrier = false
    text.forEachPart(separatedBy: UInt8(ascii: "\n")) { line in
      guard !line.isEmpty else { return }
      fields += 1
      if line == "BARRIER=1" { isBarrier = true }
      if let (name, value) = line.cut(at: UInt8(ascii: "=")) { read(name, value) }
    }
    if isBarrier, fields > 1 { return nil }
  }

  private mutating func read(_ name: Text, _ value: Text) {
    switch true {
    case name == "READY": if value == "1" { phase = .ready }
    case name == "RELOADING": if value == "1" { phase = .reloading }
    case name == "STOPPING": if value == "1" { phase = .stopping }
    case name == "STATUS": if status == nil, value.isUTF8 { status = Notification.cut(value) }
    case name == "MAINPID":
      if mainProcess == nil, let number = value.decimal(upTo: 1 << 22) { mainProcess = ProcessID(Int32(number)) }
    case name == "WATCHDOG": if watchdog == nil { watchdog = value == "1" ? .ping : value == "trigger" ? .trigger : nil }
    case name == "WATCHDOG_USEC": if watchdogTime == nil { watchdogTime = Notification.time(value) }
    case name == "EXTEND_TIMEOUT_USEC": if extensionTime == nil { extensionTime = Notification.time(value) }
    case name == "FDSTORE": if value == "1", store == nil { store = .keep }
    case name == "FDSTOREREMOVE": if value == "1" { store = .remove }
    case name == "FDPOLL": if value == "0" { polling = .left }
    case name == "FDNAME": if descriptorName == nil, Notification.isName(value) { descriptorName = value }
    default: break
    }
  }

  /// What is kept of a status: at most 256 bytes, and no half character.
  private static func cut(_ value: Text) -> Text {
    guard value.count > 256 else { return value }
    var count = 256
    while count > 0, value[count] & 0xC0 == 0x80 { count -= 1 }
    return value.prefix(count)
  }

  private static func time(_ value: Text) -> Interval? {
    value.decimal(upTo: 1 << 50).map { Interval(nanoseconds: Int64($0) * 1000) }
  }

  /// ASCII without control characters and ':', which stands between names in LISTEN_FDNAMES.
  private static func isName(_ value: Text) -> Bool {
    value.count <= Deposit.nameLimit && value.bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
  }
}
