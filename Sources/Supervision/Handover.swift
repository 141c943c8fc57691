public import Sys
public import Wire

/// The frames with descriptors that go over a worker's channel before its definition.
public enum Handover: UInt8, Sendable {
  /// Descriptors that were kept for it, each with its name as `Tag.text`.
  case stored = 0x60
  /// What it writes its readiness to.
  case readiness = 0x61

  /// In one frame.
  public static let limit = 64

  /// Sends such a frame. EAGAIN: there is no room in the channel.
  static func send(
    _ frame: FrameBuilder, _ descriptors: UnsafeBufferPointer<Int32>, over channel: Int32
  ) throws(Errno) {
    var failure: Errno?
    frame.bytes.withUnsafeBytes { bytes in
      do throws(Errno) { try Packet.send(bytes, descriptors, over: channel) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}
