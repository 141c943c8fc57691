import Sys
import Wire

/// The workers that `swctl list --watch` shows, by name.
struct WatchTable {
  struct Row {
    let name: [UInt8]
    fileprivate(set) var state = WorkerState.ended
    /// 0: there is none.
    fileprivate(set) var process: Int32 = 0
    fileprivate(set) var restarts: UInt64 = 0
    fileprivate(set) var since = Instant(nanoseconds: 0)
    fileprivate(set) var usage = WorkerUsage()
    /// Tenths of a percent of one processor; nil until there were two samples.
    fileprivate(set) var share: Int64?
    fileprivate var sample: (time: Interval, at: Instant)?
    /// The reading of the list that it was in.
    fileprivate var reading: UInt32 = 0
  }

  enum Outcome { case same, changed }

  private(set) var rows: [Row] = []
  private var reading: UInt32 = 0

  /// A reading of the whole list begins.
  mutating func begin() { reading &+= 1 }

  /// The list was read: who was not in it is gone.
  mutating func finish() {
    let now = reading
    rows.removeAll { $0.reading != now }
  }

  mutating func forget(_ name: Text) {
    let place = place(of: name)
    if place < rows.count, Text.isEqual(name, rows[place].name) { rows.remove(at: place) }
  }

  /// Takes what a reply says of a worker.
  @inline(never)
  mutating func take(_ reply: Reply) -> Outcome {
    let worker = reply.worker
    let place = place(of: worker.name)
    var outcome = Outcome.changed
    if place == rows.count || !Text.isEqual(worker.name, rows[place].name) {
      rows.insert(Row(name: Array(worker.name.bytes)), at: place)
    } else if rows[place].state == worker.state, rows[place].process == worker.process?.rawValue ?? 0,
      rows[place].restarts == worker.restarts
    {
      outcome = .same
    }
    rows[place].take(worker, reading)
    if reply.kind == .worker { rows[place].take(reply.usage, at: .now) }
    return outcome
  }

  /// Where a name is, or is to be.
  private func place(of name: Text) -> Int {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].name.lexicographicallyPrecedes(name.bytes) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension WatchTable.Row {
  fileprivate mutating func take(_ worker: WorkerStatus, _ reading: UInt32) {
    let number = worker.process?.rawValue ?? 0
    if number != process {
      sample = nil
      share = nil
      usage = WorkerUsage()
    }
    state = worker.state
    process = number
    restarts = worker.restarts
    since = worker.since
    self.reading = reading
  }

  /// The share is that of at least the last second: of less time it says little.
  fileprivate mutating func take(_ usage: WorkerUsage, at now: Instant) {
    self.usage = usage
    guard let time = usage.processorTime else { return }
    guard let sample, sample.time <= time else { return self.sample = (time, now) }
    let passed = sample.at.interval(to: now)
    guard passed >= .seconds(1) else { return }
    share = (time.nanoseconds - sample.time.nanoseconds) / max(1, passed.nanoseconds / 1000)
    self.sample = (time, now)
  }
}

extension Text {
  fileprivate static func isEqual(_ name: Text, _ bytes: [UInt8]) -> Bool { name.bytes.elementsEqual(bytes) }
}
