public import Sys
public import Wire

/// What kthreadd and a process that is to become a worker say to each other.
public enum ChannelWord: UInt8, Sendable {
  /// kthreadd: execute the program. wake_up_process().
  case go = 0x47
  /// The process: everything is set up.
  case isSetUp = 0x52
  /// The process: this stage failed with this errno; it ends.
  case failed = 0x46

  /// Tells the stage and the errno over `channel`.
  public static func report(_ stage: Stage, _ error: Errno, over channel: Int32) {
    let code = UInt16(truncatingIfNeeded: error.rawValue)
    let bytes: InlineArray<4, UInt8> = [
      ChannelWord.failed.rawValue, stage.rawValue, UInt8(truncatingIfNeeded: code), UInt8(truncatingIfNeeded: code >> 8),
    ]
    bytes.span.withUnsafeBytes { try? Packet.send($0, over: channel) }
  }

  public func send(over channel: Int32) {
    var byte = rawValue
    withUnsafeBytes(of: &byte) { try? Packet.send($0, over: channel) }
  }
}
