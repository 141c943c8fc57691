public import Sys

/// Where kthreadd listens: in /run/swinit, or where nothing can be written there by abstract names, which need no file system.
public struct SocketPlace: Sendable {
  public let control: Text
  public let notify: Text

  public static let path = SocketPlace(control: Text("/run/swinit/control"), notify: Text("/run/swinit/notify"))
  public static let abstract = SocketPlace(control: Text("@swinit/control"), notify: Text("@swinit/notify"))

  static func find() -> SocketPlace {
    try? Directory.make("/run", mode: 0o755)
    try? Directory.make("/run/swinit", mode: 0o755)
    return Directory.isWritable("/run/swinit") ? path : abstract
  }
}
