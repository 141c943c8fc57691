import CBench
import Foundation

/// kthreadd, and a client of its control socket: the protocol of Sources/Wire, as little of it as is needed here.
final class SwinitClient: WorkerClient {
  let container: WorkerContainer
  private let payload: Payload
  private let fullPath: String
  private var fullName = ""
  private var full: [String] = []
  private var socket: Int32 = -1
  private var id: UInt64 = 1

  enum Verb: UInt8 {
    case create = 1
    case wake = 2
    case run = 3
    case stop = 4
    case wait = 9
    case health = 16
    case forget = 17
  }

  init(_ path: String, _ payloads: Payloads, numbers: Int? = nil) throws(BenchError) {
    container = try WorkerContainer([path, "-S"], payloads, numbers: numbers)
    payload = payloads.firstInstruction
    fullPath = payloads.full.path
    for _ in 0..<500 {
      if (try? connect()) != nil { return }
      usleep(10_000)
    }
    throw .timeout(subject: Subject.swinit, what: "its control socket")
  }

  deinit { close(socket) }

  /// PID 2.
  var kthreadd: Int32? {
    WorkerContainer.children(of: container.initProcess).first {
      (try? Files.text("/proc/\($0)/comm"))?.hasPrefix("kthreadd") ?? false
    }
  }

  func connect() throws(BenchError) {
    if socket >= 0 { close(socket) }
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    // The path through /proc is longer than an address may be: a link to it is not.
    let link = "/tmp/.swinit-bench.\(getpid())"
    unlink(link)
    guard symlink(container.path("/run/swinit/control"), link) == 0 else { throw .system(call: "symlink", errno: errno) }
    defer { unlink(link) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: link.utf8) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw .system(call: "connect", errno: errno) }
  }

  private func frame(_ verb: Verb, _ name: WorkerName?, _ command: [String]) -> [UInt8] {
    var body: [UInt8] = []
    func add(_ tag: UInt8, _ value: [UInt8]) {
      body += [tag, 0, UInt8(value.count & 255), UInt8(value.count >> 8)] + value
    }
    if let name {
      add(1, Array(name.text.utf8))
      for word in command { add(2, Array(word.utf8)) }
      if !command.isEmpty, name.restarting == .atOnce {
        add(11, [2])  // Restart=always
        add(12, [])  // RestartSec=0
      }
    }
    id += 1
    let length = (0..<4).map { UInt8(body.count >> ($0 * 8) & 255) }
    return [0x53, 0x57, 1, verb.rawValue] + length + (0..<8).map { UInt8(id >> (UInt64($0) * 8) & 255) } + body
  }

  private func send(_ bytes: [UInt8]) throws(BenchError) {
    guard Glibc.send(socket, bytes, bytes.count, Int32(truncatingIfNeeded: MSG_NOSIGNAL)) == bytes.count else {
      throw .system(call: "send", errno: errno)
    }
  }

  /// The next answer's errno.
  func answer() throws(BenchError) -> Int32 {
    var memory = [UInt8](repeating: 0, count: 8192)
    while true {
      var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, 60_000) > 0 else { throw .timeout(subject: Subject.swinit, what: "an answer") }
      let count = recv(socket, &memory, memory.count, 0)
      guard count > 0 else { throw .system(call: "recv", errno: count < 0 ? errno : ECONNRESET) }
      guard memory[3] == 128 else { continue }
      var place = 16
      while place + 4 <= count {
        let length = Int(memory[place + 2]) | Int(memory[place + 3]) << 8
        if memory[place] == 65 {
          return memory[place + 4..<place + 4 + length].reversed().reduce(Int32(0)) { $0 << 8 | Int32($1) }
        }
        place += 4 + length
      }
      return 0
    }
  }

  /// What workers execute, where it is not the payload with its stamps.
  var command: [String]?

  private func command(_ name: WorkerName) -> [String] {
    command ?? [payload.path, container.stamps.path] + (name.staying == .yes ? ["stays"] : [])
  }

  /// Sends a request; returns right before it goes.
  func ask(_ verb: Verb, _ name: WorkerName?, _ command: [String]? = nil) throws(BenchError) -> Int64 {
    var words: [String] = []
    if verb == .create || verb == .run, let name { words = command ?? self.command(name) }
    let bytes = frame(verb, name, words)
    let time = bench_now()
    try send(bytes)
    return time
  }

  func expect(_ what: String) throws(BenchError) {
    let error = try answer()
    guard error == 0 else { throw .system(call: "\(Subject.swinit): \(what)", errno: error) }
  }

  func define(_ name: WorkerName) throws(BenchError) {}

  func defineFull(_ name: WorkerName, seconds: Int) throws(BenchError) {
    fullName = name.text
    full = [fullPath, container.stamps.path, "\(seconds)"]
  }

  func start(_ name: WorkerName) throws(BenchError) -> Int64 {
    let time = try ask(.run, name, name.text == fullName ? full : nil)
    try expect("run")
    return time
  }

  /// Waits until it has ended, and takes it out of the list.
  func settle(_ name: WorkerName) throws(BenchError) {
    for verb in [Verb.wait, .forget] {
      _ = try ask(verb, name)
      try expect("\(verb)")
    }
  }

  /// One of these for each of many, with sixteen under way at a time.
  func forEach(_ verb: Verb, _ names: [WorkerName]) throws(BenchError) {
    var asked = 0
    for done in 0..<names.count {
      while asked < names.count, asked < done + 16 {
        _ = try ask(verb, names[asked])
        asked += 1
      }
      try expect("\(verb)")
    }
  }
}
