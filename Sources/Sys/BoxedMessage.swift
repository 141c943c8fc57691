/// A message that an error carries up through many frames. By itself it would be copied in each, which is a kilobyte of code every time.
public struct BoxedMessage: Sendable {
  private final class Box: Sendable {
    let message: Message
    init(_ message: Message) { self.message = message }
  }

  private let box: Box

  @inline(never)
  public init(_ message: Message) { box = Box(message) }

  public var message: Message { box.message }
}
