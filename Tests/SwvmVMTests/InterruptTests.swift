import Foundation
import Glibc
import Sys
import Testing

extension SwvmMachines {
  /// Signals for swvm, and what is left of it: nothing.
  @Suite struct InterruptTests {
    private struct Started {
      let process: Process
      let output: FileHandle
      let errors: Pipe
    }

    /// swvm with a command that has said "ready".
    private func start(_ script: String) throws -> Started {
      let process = Tool.process(["run", "--kernel", Tool.kernel, "--", "sh", "-c", script])
      let output = Pipe()
      let errors = Pipe()
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = output
      process.standardError = errors
      try process.run()
      try output.fileHandleForWriting.close()
      let reader = output.fileHandleForReading
      #expect(reader.readData(ofLength: 6) == Data("ready\n".utf8))
      return Started(process: process, output: reader, errors: errors)
    }

    /// QEMU and daemons: whoever has a parent of this number.
    private func children(of process: Int32) -> [Int32] {
      (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { name in
        guard let number = Int32(name), let status = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
          let end = status.lastIndex(of: ")")
        else { return nil }
        return status[end...].split(separator: " ").dropFirst(2).first == "\(process)" ? number : nil
      } ?? []
    }

    /// Waits until each has gone: the kernel ends them, and takes its time.
    private func expectGone(_ processes: [Int32]) {
      #expect(!processes.isEmpty)
      for process in processes {
        _ = Watch.wait(for: ProcessID(process), orSignals: SignalSet(), until: .now + .seconds(20))
        #expect(kill(process, 0) != 0 || isZombie(process), "process \(process) is still there")
      }
    }

    /// Ended, and not yet reaped by whoever has become its parent.
    private func isZombie(_ process: Int32) -> Bool {
      (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8))?.contains(") Z ") ?? true
    }

    @Test(arguments: [(SIGINT, "INT", Int32(130)), (SIGTERM, "TERM", Int32(143))])
    func goesToTheCommand(_ signal: Int32, _ name: String, _ code: Int32) throws {
      let started = try start("trap 'echo got \(name); exit 9' \(name); echo ready; while :; do sleep 0.1; done")
      kill(started.process.processIdentifier, signal)
      let rest = started.output.readDataToEndOfFile()
      started.process.waitUntilExit()
      #expect(String(decoding: rest, as: UTF8.self) == "got \(name)\n")
      #expect(started.process.terminationStatus == 9)
    }

    @Test func commandThatDiesOfIt() throws {
      let started = try start("echo ready; exec sleep 1000")
      kill(started.process.processIdentifier, SIGINT)
      started.process.waitUntilExit()
      #expect(started.process.terminationStatus == 130)
    }

    /// A second one does not ask.
    @Test func twice() throws {
      let started = try start("trap '' INT; echo ready; while :; do sleep 0.1; done")
      let children = children(of: started.process.processIdentifier)
      kill(started.process.processIdentifier, SIGINT)
      // Until the first one was taken, the second would be the same signal.
      while try signalsPending(started.process.processIdentifier) {}
      kill(started.process.processIdentifier, SIGINT)
      started.process.waitUntilExit()
      #expect(started.process.terminationStatus == 130)
      expectGone(children)
    }

    private func signalsPending(_ process: Int32) throws -> Bool {
      let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
      return status.split(separator: "\n").contains {
        ($0.hasPrefix("ShdPnd:") || $0.hasPrefix("SigPnd:")) && !$0.hasSuffix("0000000000000000")
      }
    }

    /// swvm itself is killed: what it has started goes with it.
    @Test func killed() throws {
      let started = try start("echo ready; exec sleep 1000")
      let children = children(of: started.process.processIdentifier)
      #expect(children.count >= 2, "QEMU and a daemon: \(children)")
      kill(started.process.processIdentifier, SIGKILL)
      started.process.waitUntilExit()
      expectGone(children)
    }

    /// QEMU is killed: swvm says so, and takes the daemon along.
    @Test func emulatorKilled() throws {
      let started = try start("echo ready; exec sleep 1000")
      let children = children(of: started.process.processIdentifier)
      for child in children where (try? String(contentsOfFile: "/proc/\(child)/comm", encoding: .utf8))?.hasPrefix("qemu") == true
      {
        kill(child, SIGKILL)
      }
      started.process.waitUntilExit()
      #expect(started.process.terminationStatus == 255)
      expectGone(children)
    }

    @Test func beforeTheCommand() throws {
      let process = Tool.process(["run", "-v", "--kernel", Tool.kernel, "--", "true"])
      let errors = Pipe()
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = errors
      try process.run()
      // swvm has taken its signals over before it says what machine it is about to start.
      _ = errors.fileHandleForReading.readData(ofLength: 5)
      kill(process.processIdentifier, SIGTERM)
      process.waitUntilExit()
      #expect(process.terminationReason == .exit && process.terminationStatus == 143)
    }
  }
}
