import Sys

extension Specification {
  /// The most that FileDescriptorStoreMax= may say.
  public static let storeLimit = 64

  /// Whose messages count: where somebody has to be heard and nobody is named, the main process, as systemd has it.
  public var speakers: NotifyAccess {
    let isNeeded = readiness == .notify || watchdog != nil || storeMaximum > 0
    return notifyAccess == .none && isNeeded ? .main : notifyAccess
  }

  /// Whether two descriptors of its program would have the same number.
  var hasOverlap: Bool {
    let first = Int32(3 + storeMaximum)
    if let notificationDescriptor, notificationDescriptor < first || notificationDescriptor == stopNotice { return true }
    return stopNotice.map { $0 < first } ?? false
  }

  static func notificationDescriptor(_ field: FrameReader.Field) throws(WireError) -> Int32 {
    let number = Int32(try field.number(upTo: 1023))
    guard number >= 3 else { throw .field(field.tag) }
    return number
  }
}
