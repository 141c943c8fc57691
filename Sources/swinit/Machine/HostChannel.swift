import Boot
import Sys

/// A test machine's side of the host's window: carries the command's output there and its input here.
///
/// PID 1 does it itself, so that nothing stands between the last process's last byte and the host, and nothing is left that would have to be
/// ended after it. It never waits for either side: a file that is ready sends SIGIO, and so does the host's bell.
final class HostChannel {
  let window: HostWindow
  private let bell: ReadyFile
  private var terminal: PseudoTerminal?
  private var input: ReadyFile?
  private var output: ReadyFile?
  private var error: ReadyFile?
  /// Bytes of a data frame that have not come through.
  private var awaited = 0
  /// Bytes that fill such a frame up to a multiple of four.
  private var padding = 0
  /// Since the last ring of the bell.
  private var moved = 0

  /// Maps the window and listens for the host's bell.
  init(at address: UInt64) throws(Errno) {
    window = HostWindow(at: try PhysicalMemory.map(at: address, size: HostWindow.size))
    bell = try ReadyFile(opening: HostWindow.doorbell, .readWrite)
    try bell.makeRaw()
  }

  /// Makes this process's 0 to 2 what the command is to have, or a terminal, whose path it gives; and begins to carry.
  func connect(_ size: BootParameters.TerminalSize?) throws(Errno) -> CString? {
    error = try ReadyFile(pipeTo: .error)
    if let size {
      let terminal = try PseudoTerminal()
      terminal.resize(rows: size.rows, columns: size.columns)
      self.terminal = terminal
      input = terminal.master
      output = terminal.master
    } else {
      input = try ReadyFile(pipeTo: .input)
      output = try ReadyFile(pipeTo: .output)
    }
    Milestones.show(in: window)
    enter(.attached)
    SignalQueue.whenReady = { [unowned(unsafe) self] in
      // A command that never stops to write must not keep this init from its other signals.
      if carry() == .more { try? ProcessID.current.send(.inputOutput) }
    }
    _ = carry()
    return terminal?.path
  }

  func enter(_ state: HostWindow.State) {
    window.enter(state)
    ring()
  }

  /// Until everything that was written has reached the window.
  func finish() {
    repeatUntilDone { carry() }
  }

  /// The kernel's log, from its beginning.
  func sendKernelLog() {
    guard let log = try? ReadyFile(opening: "/dev/kmsg", .read) else { return }
    repeatUntilDone {
      let progress = carry(log, to: .log)
      ring()
      return progress
    }
  }

  private func repeatUntilDone(_ step: () -> Progress) {
    while true {
      switch step() {
      case .done: return
      case .more: continue
      case .full: _ = SignalQueue.next(of: SignalState.queued, until: nil)
      }
    }
  }

  private func ring() { try? Machine.writePort(HostWindow.bell, 1) }

  enum Progress {
    /// All that is there has been carried.
    case done
    /// There may be more.
    case more
    /// The host has to take something first.
    case full
  }

  /// Carries what there is, both ways.
  private func carry() -> Progress {
    hearBell()
    var progress = Progress.done
    if let output { progress = carry(output, to: .output) }
    if let error {
      let other = carry(error, to: .error)
      if other == .full || progress == .done { progress = other }
    }
    let request = takeInput()
    if moved > 0 || request == .waiting { ring() }
    moved = 0
    return progress
  }

  private func hearBell() {
    var bytes = InlineArray<64, UInt8>(repeating: 0)
    var span = bytes.mutableSpan
    span.withUnsafeMutableBufferPointer { buffer in
      while case .count = bell.read(into: UnsafeMutableRawBufferPointer(buffer)) {}
    }
  }

  private func carry(_ file: ReadyFile, to stream: HostWindow.Stream) -> Progress {
    let ring = window[stream]
    for _ in 0..<64 {
      var room = ring.free
      if room.isEmpty {
        ring.askForRoom()
        room = ring.free
        if room.isEmpty { return .full }
      }
      switch file.read(into: room) {
      case .count(let count):
        ring.fill(count)
        moved += count
      case .later, .end: return .done
      }
    }
    return .more
  }

  // MARK: Input

  private func takeInput() -> ByteRing.RoomRequest {
    let ring = window[.input]
    while takeFrame(ring) == .more {}
    return ring.takeRequestForRoom()
  }

  private enum Step {
    case more, wait
  }

  private func takeFrame(_ ring: ByteRing) -> Step {
    if awaited > 0 { return pass(ring) }
    if padding > 0 {
      guard ring.count >= padding else { return .wait }
      ring.free(padding)
      padding = 0
    }
    guard ring.count >= HostFrame.headerSize else { return .wait }
    // Frames are multiples of four bytes: a header lies in one piece.
    let header = ring.filled
    let kind = HostFrame(rawValue: header[0])
    let count = Int(header[1]) | Int(header[2]) << 8 | Int(header[3]) << 16
    if kind == .data {
      ring.free(HostFrame.headerSize)
      awaited = count
      padding = -count & 3
      return .more
    }
    let whole = HostFrame.headerSize + count + (-count & 3)
    guard count <= HostFrame.headerSize, ring.count >= whole else { return .wait }
    ring.free(HostFrame.headerSize)
    let body = ring.filled
    switch kind {
    case .size where count == 4:
      terminal?.resize(rows: UInt16(body[0]) | UInt16(body[1]) << 8, columns: UInt16(body[2]) | UInt16(body[3]) << 8)
    case .signal where count == 1: if let signal = Signal(number: Int(body[0])) { try? ProcessID.current.send(signal) }
    case .end: endInput()
    default: break
    }
    ring.free(whole - HostFrame.headerSize)
    return .more
  }

  /// Bytes of a data frame, to the command.
  private func pass(_ ring: ByteRing) -> Step {
    let filled = ring.filled
    let bytes = UnsafeRawBufferPointer(rebasing: filled[..<min(filled.count, awaited)])
    guard !bytes.isEmpty else { return .wait }
    switch input?.write(bytes) ?? .end {
    case .count(let count):
      ring.free(count)
      awaited -= count
    // Nobody will read it.
    case .end:
      ring.free(bytes.count)
      awaited -= bytes.count
    case .later: return .wait
    }
    return .more
  }

  /// The command sees the end of its input when it has read what came before. A terminal has none.
  private func endInput() {
    guard terminal == nil else { return }
    input?.close()
    input = nil
  }
}
