import Boot
import Supervision
import Sys
import Units
import Wire

/// swctl: controls kthreadd. The same binary by another name.
enum Swctl {
  static let name: StaticString = "swctl"

  /// What scripts can tell apart.
  enum Exit {
    static let done: Int32 = 0
    static let failed: Int32 = 1
    static let usage: Int32 = 2
    /// There is no worker of this name.
    static let noWorker: Int32 = 3
    /// It is not running.
    static let notRunning: Int32 = 4
    /// There is no kthreadd to talk to: EX_UNAVAILABLE.
    static let unavailable: Int32 = 69
    /// There is no room in its queue now: EX_TEMPFAIL.
    static let full: Int32 = 75
    /// EX_NOPERM.
    static let refused: Int32 = 77
  }

  /// Why a command could not be carried out.
  struct Trouble: Error {
    let code: Int32
    /// Kept out of line: it is thrown through many frames.
    private let said: Said
    private final class Said: Sendable {
      let message: Message
      init(_ message: Message) { self.message = message }
    }
    var message: Message { said.message }

    @inline(never)
    init(_ code: Int32, _ message: @autoclosure () -> Message) {
      self.code = code
      said = Said(message())
    }
  }

  static func run(_ arguments: SpawnRequest.Vector, _ environment: Environment) -> Int32 {
    // A reader that has gone is an error of write(2), and no end without a word.
    SignalQueue.block(SignalSet(.pipe))
    var words: [CString] = []
    var index = 1
    while let word = arguments[index] {
      words.append(CString(at: UnsafePointer(word)))
      index += 1
    }
    do throws(Trouble) {
      var command = try SwctlCommand(words, environment)
      let code = try command.run()
      return try command.conclude(code)
    } catch {
      say(error)
      return error.code == SwctlConnection.lostCode ? Exit.unavailable : error.code
    }
  }
}

extension Swctl {
  @inline(never)
  static func say(_ trouble: Trouble) {
    var line: Message = "swctl: "
    line.append(contentsOf: trouble.message)
    line.send()
  }
}

/// The connection to kthreadd.
struct SwctlConnection: ~Copyable {
  private var socket: Socket
  private let environment: Environment
  private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Frame.maximum + 1, alignment: 16)
  private var id: UInt64
  /// What goes with the next requests.
  var job = Text("")
  var binding = Text("")

  /// Connects to the place that SWINIT_CONTROL names, or to those where kthreadd listens.
  @inline(never)
  init(_ environment: Environment) throws(Swctl.Trouble) {
    id = UInt64(bitPattern: Instant.now.nanoseconds) ^ UInt64(ProcessID.current.rawValue) << 48
    self.environment = environment
    socket = try SwctlConnection.connect(environment)
  }

  private static func connect(_ environment: Environment) throws(Swctl.Trouble) -> Socket {
    let places = [SocketPlace.path.control, SocketPlace.abstract.control]
    if let place = environment.value("SWINIT_CONTROL"), !place.isEmpty {
      do throws(Errno) { return try Socket.connected(to: place.text) } catch {
        throw Swctl.Trouble(Swctl.Exit.unavailable, "cannot reach kthreadd at \(place): \(error)")
      }
    }
    var failure = Errno(0)
    for place in places {
      do throws(Errno) {
        return try Socket.connected(to: place)
      } catch { if failure != .noAccess { failure = error } }
    }
    if failure == .noAccess {
      throw Swctl.Trouble(
        Swctl.Exit.refused, "cannot reach kthreadd: \(failure); only root, swinit's own user and its control group may")
    }
    throw Swctl.Trouble(
      Swctl.Exit.unavailable,
      "cannot reach kthreadd: \(failure); is this a container of swinit -S, or with /etc/swinit/workers.d?")
  }

  deinit { memory.deallocate() }

  /// Sends a request and gives its id.
  @inline(never)
  mutating func send(_ verb: Verb, _ name: Text = Text(""), number: UInt64 = 0, _ specification: Specification? = nil)
    throws(Swctl.Trouble) -> UInt64
  {
    id &+= 1
    return try send(again: verb, name, number: number, specification)
  }

  /// The same request once more, by its id: kthreadd does it once.
  @inline(never)
  private mutating func send(again verb: Verb, _ name: Text, number: UInt64, _ specification: Specification?)
    throws(Swctl.Trouble) -> UInt64
  {
    var request = Request(verb, id: id)
    request.name = name
    request.number = number
    request.specification = specification
    request.job = job
    request.binding = binding
    let frame = request.frame()
    guard frame.isComplete else { throw Swctl.Trouble(Swctl.Exit.failed, "the definition is too long: over 64 KiB") }
    var failure: Errno?
    frame.bytes.withUnsafeBytes { bytes in
      do throws(Errno) { try Packet.send(bytes, over: socket.rawValue) } catch { failure = error }
    }
    // Who was refused has an answer to read, though nobody reads what he says.
    if let failure, failure != .brokenPipe {
      throw Swctl.Trouble(Swctl.Exit.unavailable, "cannot talk to kthreadd: \(failure)")
    }
    return id
  }

  /// The next frame. Its texts are there until the one after it.
  @inline(never)
  mutating func receive() throws(Swctl.Trouble) -> Reply {
    while true {
      Socket.waitUntilReadable(socket.rawValue)
      if let reply = try receiveNow() { return reply }
    }
  }

  /// A frame that has come; nil when none has.
  @inline(never)
  mutating func receiveNow() throws(Swctl.Trouble) -> Reply? {
    let received: Packet.Received
    do throws(Errno) { received = try Packet.receive(into: memory, from: socket.rawValue) } catch {
      if error == .again { return nil }
      if error == .connectionReset { throw SwctlConnection.gone }
      throw Swctl.Trouble(Swctl.Exit.unavailable, "cannot hear kthreadd: \(error)")
    }
    received.closeDescriptors()
    guard received.count > 0 else { throw SwctlConnection.gone }
    let text = Text(
      UnsafeBufferPointer(start: UnsafePointer(memory.baseAddress!.assumingMemoryBound(to: UInt8.self)), count: received.count))
    do throws(WireError) {
      return try Reply(FrameReader(text))
    } catch {
      throw Swctl.Trouble(Swctl.Exit.failed, "kthreadd speaks another version of the protocol (\(error.errno))")
    }
  }

  /// The socket, for who waits for other things as well.
  var descriptor: Int32 { socket.rawValue }

  /// To the next kthreadd, where the last one has gone.
  mutating func reconnect() throws(Swctl.Trouble) { socket = try SwctlConnection.connect(environment) }

  static let lostCode: Int32 = -1
  private static var gone: Swctl.Trouble { Swctl.Trouble(lostCode, "kthreadd has closed the connection") }

  /// Sends a request and waits for its answer. Where kthreadd dies meanwhile, the next one is asked the same; but no signal is sent twice.
  @inline(never)
  mutating func ask(_ verb: Verb, _ name: Text = Text(""), number: UInt64 = 0, _ specification: Specification? = nil)
    throws(Swctl.Trouble) -> Reply
  {
    _ = try send(verb, name, number: number, specification)
    for _ in 0..<1000 {
      do throws(Swctl.Trouble) { return try receive() } catch {
        guard error.code == SwctlConnection.lostCode, verb != .kill, verb != .restart else { throw error }
      }
      try reconnect()
      _ = try send(again: verb, name, number: number, specification)
    }
    throw SwctlConnection.gone
  }
}
