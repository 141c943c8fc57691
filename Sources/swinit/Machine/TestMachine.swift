import Boot
import Sys

/// A machine that exists for one command: runs it as a container's PID 1 would, tells the host its exit code, and turns itself off.
struct TestMachine {
  private let start: Bootstrap

  static let path: CString = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  init(_ start: Bootstrap) { self.start = start }

  private var parameters: BootParameters { start.parameters }
  private var log: Log { start.log }

  /// Returns only where the machine cannot be turned off.
  func run(_ command: TestCommand) -> Int32 {
    Milestones.reach(.rootEntered)
    for mount in EarlyMount.command {
      // With an overlay over it everything can be written, and what lies in /tmp stays to be seen.
      if parameters.overlaysRoot, mount.target.text == "/tmp" { continue }
      do throws(Errno) { try mount.attach() } catch { log.info("cannot mount \(mount.type) on \(mount.target): \(error)") }
    }
    EarlyMount.linkDescriptors()
    if let name = command.test.hostName { try? Machine.setHostName(name) }
    try? NetworkInterface.loopback.raise()
    if command.test.network == .user { configureNetwork() }
    for share in command.test.mounts { attach(share) }

    var configuration = Configuration()
    configuration.log = log
    configuration.leads = .session
    configuration.initMemory = .kept
    configuration.terminal = parameters.console.map { CString(copying: $0) } ?? Console.terminal
    configuration.policy.timeout = command.test.timeout
    configuration.command = Environment.vector(of: command.words)
    configuration.user = command.test.user.map { CString(copying: $0) }
    configuration.directory = command.test.directory.map { CString(copying: $0) }
    configuration.variables = command.test.variables
    var environment = start.environment
    if environment.value("PATH") == nil { environment.set(TestMachine.path) }
    if let channel = command.channel {
      configuration.ownFiles = .kept
      do throws(Errno) { configuration.terminal = try channel.connect(command.test.terminal) } catch {
        log.fatal("cannot make the command's streams: \(error)")
      }
    }

    // Not "init": who asks for the end of this machine means the command's.
    try? Host.setName("swinit")
    var life = KernelInit(configuration, start.signals)
    var code: Int32 = 125
    Milestones.reach(.commandStarted)
    do throws(UsageError) { code = try life.run(environment) } catch { log.fatal(error.message) }
    Milestones.reach(.allEnded)
    // An overlay is memory, and what is below it is read-only.
    if !parameters.overlaysRoot { closeDisks() }
    if let channel = command.channel { report(code, to: channel, command.test) } else { report(code) }
    // A machine without a power switch is left by a restart: QEMU with -no-reboot ends there.
    _ = Machine.end(Machine.canPowerOff ? .powerOff : .restart)
    return code
  }

  /// Everything that was written, then the code. What is on disks has to be there before: the host may end the machine from here on.
  private func report(_ code: Int32, to channel: HostChannel, _ test: BootParameters.TestRun) {
    channel.finish()
    if test.kernelLog == .sent { channel.sendKernelLog() }
    Machine.synchronize()
    channel.window.code = code
    channel.enter(.ended)
  }

  private func closeDisks() {
    var disks = FileSystemsEnd(log, SystemSignals(), SystemRequest(.powerOff, .orderly), .disksAlone)
    disks.run()
  }

  private func configureNetwork() {
    let interface = NetworkInterface(Text("eth0"))
    do throws(Errno) {
      try interface.setAddress(.init(10, 0, 2, 15), mask: .init(255, 255, 255, 0))
      try interface.raise()
      try NetworkInterface.addDefaultRoute(by: .init(10, 0, 2, 2))
    } catch {
      log.fatal("cannot set up the network: \(error)")
    }
  }

  /// swinit.mount=TAG:/path[:ro]: a directory of the host's, by virtiofs or 9p.
  private func attach(_ share: Text) {
    guard let (tag, rest) = share.cut(at: UInt8(ascii: ":")), rest.hasPrefix("/") else {
      log.fatal("swinit.mount=\(share): expected TAG:/path or TAG:/path:ro")
      return
    }
    let (path, option): (Text, Text?) = rest.cut(at: UInt8(ascii: ":")).map { ($0.before, $0.after) } ?? (rest, nil)
    let target = CString(copying: path)
    let flags = option.map { $0 == "ro" } == true ? MountFlags.readOnly : []
    try? Directory.make(target)
    let source = CString(copying: tag)
    if (try? Mount.attach(source, on: target, type: "virtiofs", flags: flags.rawValue)) != nil { return }
    do throws(Errno) {
      try Mount.attach(source, on: target, type: "9p", flags: flags.rawValue, data: "trans=virtio,version=9p2000.L,msize=262144")
    } catch {
      log.fatal("cannot mount the host's '\(tag)' on \(path): \(error)")
    }
  }

  /// The trailer always; the channel that swinit.exit= names on top. No report at all is a failure to the host.
  private func report(_ code: Int32) {
    let trailer: Message = "exit \(parameters.test.token) \(code)"
    do throws(BadWord) {
      switch try ExitChannel(parameters.test.exit) {
      case .none: break
      case .device(let path): write(trailer, to: path)
      case .port(let name):
        if let device = VirtioPort.device(named: name) {
          write(trailer, to: device)
        } else {
          log.fatal("swinit.exit=port:\(name): there is no virtio port of this name; virtio_console has to be loaded")
        }
      case .debugExit(let port):
        // This is the end of the machine: the trailer goes first.
        say(trailer)
        do throws(Errno) { try Machine.writePort(port, UInt8(truncatingIfNeeded: code)) } catch {
          log.fatal("cannot write to port 0x\(hexadecimal: UInt64(port)): \(error)")
        }
        return
      }
    } catch {
      log.fatal("swinit.exit=\(error.word): expected \(error.expected)")
    }
    say(trailer)
  }

  /// On the console, however slow that is: this line is what the machine was started for.
  private func say(_ trailer: Message) {
    // On a line of its own, wherever the command's output has ended.
    var line: Message = ""
    line.append("\nswinit: ")
    line.append(contentsOf: trailer)
    line.append("\n")
    try? line.write(to: .error)
    StandardStream.error.drain()
  }

  private func write(_ trailer: Message, to path: CString) {
    do throws(Errno) {
      var line = trailer
      line.append("\n")
      try FileDescriptor(writingAtOnce: path).write(line)
    } catch {
      log.fatal("cannot write to \(path): \(error)")
    }
  }
}
