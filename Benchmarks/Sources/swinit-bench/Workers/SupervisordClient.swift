import CBench
import Foundation

/// supervisord: a section for each worker that a figure may ask for, and its XML-RPC over a Unix socket, as supervisorctl has it.
final class SupervisordClient: WorkerClient {
  let container: WorkerContainer
  private let directory: String
  private var socket: Int32 = -1

  init(_ payloads: Payloads, _ extent: WorkerLaboratory.Extent, numbers: Int? = nil) throws(BenchError) {
    directory = "\(payloads.directory)/supervisord.\(UUID().uuidString)"
    let stamp = "\(directory)/fifo"
    var text = """
      [supervisord]
      nodaemon=true
      user=root
      logfile=/dev/null
      logfile_maxbytes=0
      pidfile=/run/supervisord.pid
      [unix_http_server]
      file=/run/supervisor.sock
      [rpcinterface:supervisor]
      supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

      """
    func add(_ name: String, _ command: String, _ restart: String) {
      text += """
        [program:\(name)]
        command=\(command)
        autostart=false
        autorestart=\(restart)
        startsecs=0
        startretries=1000
        stdout_logfile=NONE
        stderr_logfile=NONE

        """
    }
    for index in 0..<WorkerStartFigure.peerStarts { add("once\(index)", "\(payloads.firstInstruction.path) \(stamp)", "false") }
    for index in 0..<extent.workers { add("stay\(index)", "\(payloads.firstInstruction.path) \(stamp) stays", "false") }
    add("again", "\(payloads.firstInstruction.path) \(stamp) stays", "true")
    add("full", "\(payloads.full.path) \(stamp) \(extent.shortageSeconds)", "false")
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
      try text.write(toFile: "\(directory)/conf", atomically: false, encoding: .utf8)
    } catch { throw .unavailable(reason: "\(error)") }
    guard let program = Files.search("supervisord") else { throw .unavailable(reason: "supervisord is not installed") }
    container = try WorkerContainer([program, "-n", "-c", "\(directory)/conf"], payloads, numbers: numbers)
    try? FileManager.default.createSymbolicLink(atPath: stamp, withDestinationPath: container.stamps.path)
    for _ in 0..<1000 {
      if (try? connect()) != nil { return }
      usleep(20_000)
    }
    throw .timeout(subject: "supervisord", what: "its socket")
  }

  deinit {
    close(socket)
    try? FileManager.default.removeItem(atPath: directory)
  }

  private func connect() throws(BenchError) {
    if socket >= 0 { close(socket) }
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: container.path("/run/supervisor.sock").utf8) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw .system(call: "connect", errno: errno) }
  }

  func define(_ name: WorkerName) throws(BenchError) {}
  func defineFull(_ name: WorkerName, seconds: Int) throws(BenchError) {}

  func start(_ name: WorkerName) throws(BenchError) -> Int64 {
    // It closes the connection behind each answer.
    try connect()
    let body = """
      <?xml version='1.0'?><methodCall><methodName>supervisor.startProcess</methodName><params><param><value><string>\(name.text)\
      </string></value></param><param><value><boolean>0</boolean></value></param></params></methodCall>
      """
    let text =
      "POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    let bytes = Array(text.utf8)
    let time = bench_now()
    guard send(socket, bytes, bytes.count, Int32(truncatingIfNeeded: MSG_NOSIGNAL)) == bytes.count else {
      throw .system(call: "send", errno: errno)
    }
    var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, 60_000) > 0 else { throw .timeout(subject: "supervisord", what: "an answer") }
    var answer = [UInt8](repeating: 0, count: 8192)
    let count = recv(socket, &answer, answer.count, 0)
    if count > 0, String(decoding: answer[..<count], as: UTF8.self).contains("<fault>") {
      throw .unavailable(reason: "supervisord refuses to start \(name.text)")
    }
    return time
  }
}
