/// How far a worker has come with what was queued for it. It is handed one job at a time, and takes the next when it has done the one
/// before: so what it takes says what it has done. Where nothing follows the last job, a question does, which is taken as a job is.
///
/// Counts are bytes since this kthreadd began, so that nobody has to know where jobs end.
public struct JobProgress: Equatable, Sendable {
  /// What was put before the worker last.
  public enum Item: Sendable { case none, job, question }

  public private(set) var item = Item.none
  /// Put into the queue.
  public private(set) var queued: UInt64 = 0
  /// Put before the worker.
  private var handed: UInt64 = 0
  /// Taken by the worker.
  private var taken: UInt64 = 0
  /// Done by it.
  public private(set) var done: UInt64 = 0

  public init() {}

  /// Of a worker that was found here, with `waiting` bytes in its queue: it may have a job in hand.
  public init(found waiting: Int) {
    item = .job
    handed = 1
    queued = 1 + UInt64(waiting)
  }

  public mutating func queue(_ count: Int) { queued += UInt64(count) }

  public mutating func hand(_ count: Int) {
    item = .job
    handed += UInt64(count)
  }

  public mutating func ask() { item = .question }

  /// The worker has taken what was put before it.
  public mutating func take() {
    switch item {
    case .none: return
    case .job:
      done = taken
      taken = handed
    case .question: done = taken
    }
    item = .none
  }

  /// What was found before a worker that has ended.
  public enum Left: Sendable {
    /// A job that nobody has begun to read, which is the next life's.
    case job
    case nothing
  }

  /// The worker has ended, and what it had in hand with it.
  public mutating func end(_ left: Left) {
    if left == .nothing {
      taken = handed
      item = .none
    }
    done = taken
  }
}
