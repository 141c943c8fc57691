public import Sys

/// What can be asked of kthreadd. The numbers are part of the protocol: none is changed or used again.
public enum Verb: UInt8, CaseIterable, Sendable {
  /// kthread_create(): the worker exists, with everything set up, and has not executed its program.
  case create = 1
  /// wake_up_process().
  case wake = 2
  /// kthread_run(): both.
  case run = 3
  /// kthread_stop(): answered with how it ended.
  case stop = 4
  case park = 5
  case unpark = 6
  /// A worker that has ended, once more from its definition.
  case start = 7
  case restart = 8
  /// Answered when it has ended.
  case wait = 9
  /// Answered when it is ready, or never will be.
  case waitReady = 10
  /// A signal, in `number`.
  case kill = 11
  /// All workers from the place `number` on, as many as a frame holds.
  case list = 12
  case status = 13
  /// The last lines of its output, and with `number` 1 all that follow.
  case logs = 14
  /// Everything that happens, from now on.
  case events = 15
  /// Whether all is as it should be.
  case health = 16
  /// A worker that has ended is taken out of the list.
  case forget = 17
  /// kthread_bind(), before its wake or after: to the processors in `binding`.
  case bind = 18
  /// kthread_queue_work(): the line in `job`. The same id twice is the same job.
  case queue = 19
  /// kthread_flush_worker(): answered when what was queued before it is done.
  case flush = 20
  /// swinit itself is replaced by the program whose path is in `name`: first kthreadd, then PID 1.
  case upgrade = 22
  /// As `list`, with what each has used.
  case usage = 24
}

/// One request of a client.
public struct Request {
  /// The client's choice. A create or run that comes again with the same id is the same request.
  public var id: UInt64
  public var verb: Verb
  public var name = Text("")
  public var number: UInt64 = 0
  /// For `queue`: any bytes without a newline.
  public var job = Text("")
  /// For `bind`: `0-3,6` or `node:0`.
  public var binding = Text("")
  /// For `create` and `run`.
  public var specification: Specification?

  public init(_ verb: Verb, id: UInt64) {
    self.verb = verb
    self.id = id
  }

  public func frame() -> FrameBuilder {
    var frame = FrameBuilder(kind: verb.rawValue, id: id)
    if let specification { specification.add(to: &frame) } else if !name.isEmpty { frame.add(Tag.name, name) }
    if number != 0 { frame.add(Tag.number, number) }
    if !job.isEmpty { frame.add(Tag.job, job) }
    if !binding.isEmpty { frame.add(Tag.binding, binding) }
    return frame
  }

  public init(_ frame: FrameReader) throws(WireError) {
    guard let verb = Verb(rawValue: frame.kind) else { throw .kind(frame.kind) }
    self.verb = verb
    id = frame.id
    var name = Text("")
    var number: UInt64 = 0
    var job = Text("")
    var binding = Text("")
    try frame.forEach { (field) throws(WireError) in
      if field.tag == Tag.name { name = try field.text() }
      if field.tag == Tag.number { number = try field.number() }
      if field.tag == Tag.job { job = field.value }
      if field.tag == Tag.binding { binding = try field.text() }
    }
    self.name = name
    self.number = number
    self.job = job
    self.binding = binding
    if verb == .create || verb == .run { specification = try Specification(frame) }
    switch verb {
    case .list, .events, .health, .usage: break
    default: if name.isEmpty { throw .missing(Tag.name) }
    }
  }
}
