import Boot
import Sys

/// The command that a test machine runs in place of an init.
struct TestCommand {
  let words: [CString]
  let test: BootParameters.TestRun
  /// To a host that has given the machine a window.
  let channel: HostChannel?

  /// What the host's window holds; swinit.run="…"; or the words behind `--`: with swinit.run, or where there is no root and no init= that
  /// they could be for.
  init?(_ parameters: BootParameters) throws(MachineFailure) {
    if let address = parameters.test.window {
      var test = parameters.test
      channel = try TestCommand.connect(at: address, filling: &test)
      words = test.arguments
      self.test = test
      if words.isEmpty { throw MachineFailure("the host's window holds no command") }
      return
    }
    test = parameters.test
    channel = nil
    if let line = test.command, !line.isEmpty {
      do throws(BadWord) { words = try CommandWords(line).words } catch {
        throw MachineFailure("swinit.run=\(error.word): expected \(error.expected)")
      }
      return
    }
    let isAsked = test.command != nil || (parameters.root == nil && parameters.initPath == nil)
    guard isAsked, !parameters.wordsForCommand.isEmpty else { return nil }
    words = parameters.wordsForCommand
  }

  private static func connect(
    at address: UInt64, filling test: inout BootParameters.TestRun
  ) throws(MachineFailure) -> HostChannel {
    let channel: HostChannel
    do throws(Errno) { channel = try HostChannel(at: address) } catch {
      throw MachineFailure("cannot reach the host's window at 0x\(hexadecimal: address): \(error); it needs /dev/mem and ttyS1")
    }
    guard channel.window.isPrepared else {
      throw MachineFailure("there is no host's window at 0x\(hexadecimal: address)")
    }
    do throws(BadWord) { try test.take(request: channel.window.request) } catch {
      throw MachineFailure("the host asks for '\(error.word)': expected \(error.expected)")
    }
    return channel
  }
}
