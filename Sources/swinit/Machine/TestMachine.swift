import Boot
import Sys

/// The command that a test machine runs in place of an init.
struct TestCommand {
  let words: [CString]

  /// swinit.run="…", or the words behind `--`: with swinit.run, or where there is no root and no init= that they could be for.
  init?(_ parameters: BootParameters) throws(MachineFailure) {
    if let line = parameters.test.command, !line.isEmpty {
      do throws(BadWord) { words = try CommandWords(line).words } catch {
        throw MachineFailure("swinit.run=\(error.word): expected \(error.expected)")
      }
      return
    }
    let isAsked = parameters.test.command != nil || (parameters.root == nil && parameters.line.initPath == nil)
    guard isAsked, !parameters.wordsForCommand.isEmpty else { return nil }
    words = parameters.wordsForCommand
  }
}

/// A machine that exists for one command: runs it as a container's PID 1 would, tells the host its exit code, and turns itself off.
struct TestMachine {
  private let start: Bootstrap

  static let path: CString = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  init(_ start: Bootstrap) { self.start = start }

  private var parameters: BootParameters { start.parameters }
  private var log: Log { start.log }

  /// Returns only where the machine cannot be turned off.
  func run(_ command: TestCommand) -> Int32 {
    for mount in EarlyMount.command {
      do throws(Errno) { try mount.attach() } catch { log.info("cannot mount \(mount.type) on \(mount.target): \(error)") }
    }
    EarlyMount.linkDescriptors()
    try? Machine.raiseLoopback()
    for share in parameters.test.mounts { attach(share) }

    var configuration = Configuration()
    configuration.log = log
    configuration.leads = .session
    configuration.terminal = parameters.console.map { CString(copying: $0) } ?? Console.terminal
    configuration.policy.timeout = parameters.test.timeout
    configuration.command = Environment.vector(of: command.words)
    configuration.user = parameters.test.user.map { CString(copying: $0) }
    configuration.directory = parameters.test.directory.map { CString(copying: $0) }
    var environment = start.environment
    if environment.value("PATH") == nil { environment.set(TestMachine.path) }

    var life = KernelInit(configuration, start.signals)
    var code: Int32 = 125
    do throws(UsageError) { code = try life.run(environment) } catch { log.fatal(error.message) }
    report(code)
    // A machine without a power switch is left by a restart: QEMU with -no-reboot ends there.
    _ = Machine.end(Machine.canPowerOff ? .powerOff : .restart)
    return code
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
      try FileDescriptor(opening: path, .readWrite).write(line)
    } catch {
      log.fatal("cannot write to \(path): \(error)")
    }
  }
}
