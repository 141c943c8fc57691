import Foundation
import Testing

extension SwvmMachines {
  /// What swvm ends with.
  @Suite struct ExitCodeTests {
    @Test(arguments: [0, 7, 255]) func code(_ code: Int32) throws {
      let result = try Tool.shell("exit \(code)")
      #expect(result.code == code, "\(result)")
      #expect(result.output.isEmpty && result.errors.isEmpty, "\(result)")
    }

    @Test func signal() throws {
      let result = try Tool.shell("kill -9 $$")
      #expect(result.code == 137, "\(result)")
    }

    @Test func noSuchCommand() throws {
      let result = try Tool.run([], ["nosuch"])
      #expect(result.code == 127, "\(result)")
      #expect(result.errorText.contains("'nosuch'"), "\(result)")
    }

    @Test func notExecutable() throws {
      let result = try Tool.run([], ["/etc/passwd"])
      #expect(result.code == 126, "\(result)")
    }

    @Test func timeout() throws {
      let result = try Tool.run(["--timeout", "500ms"], ["sleep", "1000"])
      #expect(result.code == 124, "\(result)")
    }

    /// A command that ends in time ends as it would.
    @Test func withinTimeout() throws {
      let result = try Tool.shell("exit 3", ["--timeout", "1h"])
      #expect(result.code == 3, "\(result)")
    }

    @Test func panic() throws {
      let result = try Tool.shell("echo before; echo c > /proc/sysrq-trigger")
      #expect(result.code == 255, "\(result)")
      #expect(result.errorText.contains("panicked"), "\(result)")
      #expect(result.errorText.contains("sysrq triggered crash"), "\(result)")
      #expect(result.text == "before\n", "\(result)")
    }

    /// A restart is no end of the command's.
    @Test func restart() throws {
      let result = try Tool.shell("echo b > /proc/sysrq-trigger")
      #expect(result.code == 255, "\(result)")
      #expect(result.errorText.contains("without a word"), "\(result)")
    }

    @Test func kernelWithoutInit() throws {
      let result = try Tool.run(["--append", "rdinit=/nosuch"], ["true"])
      #expect(result.code == 255, "\(result)")
      #expect(result.errorText.contains("panicked"), "\(result)")
    }

    /// A machine in which nothing happens is given up. panic=0: it stands still.
    @Test func standingMachine() throws {
      let result = try Tool.run(["--append", "rdinit=/nosuch panic=0", "--boot-timeout", "5"], ["true"])
      #expect(result.code == 255, "\(result)")
      #expect(result.errorText.contains("panicked"), "\(result)")
    }

    @Test func twentyInARow() throws {
      for round in 0..<20 {
        let result = try Tool.shell("echo \(round); exit \(round)")
        #expect(result.code == Int32(round) && result.text == "\(round)\n", "\(result)")
      }
    }

    @Test func twoAtOnce() async throws {
      async let first = Task.detached { try Tool.shell("echo one; exit 1") }.value
      async let second = Task.detached { try Tool.shell("echo two; exit 2") }.value
      let results = try await [first, second]
      #expect(results.map(\.code) == [1, 2], "\(results)")
      #expect(results.map(\.text) == ["one\n", "two\n"], "\(results)")
    }
  }
}
