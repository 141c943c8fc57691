import Foundation
import Testing

extension SwvmMachines {
  /// The command's 0, 1 and 2.
  @Suite struct StreamTests {
    @Test func outputAndErrorApart() throws {
      let result = try Tool.shell("echo out; echo err >&2; printf more")
      #expect(result.text == "out\nmore", "\(result)")
      #expect(result.errorText == "err\n", "\(result)")
    }

    @Test func noneIsATerminal() throws {
      let result = try Tool.shell("test -t 0 || test -t 1 || test -t 2 || echo none")
      #expect(result.text == "none\n", "\(result)")
    }

    @Test func randomBytesOut() throws {
      let bytes = Noise.bytes(1 << 20)
      let path = Tool.fresh("noise")
      try bytes.write(to: URL(filePath: path))
      let result = try Tool.run([], ["cat", path])
      #expect(result.output == bytes, "\(result.output.count) bytes, \(result.errorText)")
    }

    @Test func randomBytesToError() throws {
      let bytes = Noise.bytes(1 << 20, seed: 2)
      let path = Tool.fresh("noise")
      try bytes.write(to: URL(filePath: path))
      let result = try Tool.shell("exec cat \(path) >&2")
      #expect(result.errors == bytes, "\(result.errors.count) bytes")
    }

    /// Through and back: more than all the buffers on the way hold.
    @Test func inputToItsEnd() throws {
      let bytes = Noise.bytes(9 << 20, seed: 3)
      let result = try Tool.run([], ["cat"], input: bytes)
      #expect(result.output == bytes, "\(result.output.count) bytes, \(result.errorText)")
      #expect(result.code == 0)
    }

    @Test(arguments: [0, 1, 3, 4, 5, 4095, 4096, 4097]) func inputOfAnySize(_ count: Int) throws {
      let bytes = Noise.bytes(count, seed: 4)
      let result = try Tool.run([], ["cat"], input: bytes)
      #expect(result.output == bytes, "\(result)")
    }

    /// Nobody reads it, and that is no reason to stay.
    @Test func inputThatIsNotRead() throws {
      let result = try Tool.shell("exec 0<&-; exit 4", input: Noise.bytes(3 << 20))
      #expect(result.code == 4, "\(result)")
    }

    @Test func emptyInput() throws {
      let result = try Tool.shell("wc -c")
      #expect(result.text == "0\n", "\(result)")
    }

    /// What a process that was left has written is not lost.
    @Test func outputOfOrphans() throws {
      let result = try Tool.shell(
        "(trap 'echo last; exit' TERM; echo ready >&2; while :; do sleep 1; done) & read line < /dev/null; exit 0")
      #expect(result.code == 0, "\(result)")
    }

    @Test func readerThatGoes() throws {
      let process = Tool.process(["run", "--kernel", Tool.kernel, "--", "sh", "-c", "while :; do echo line; done"])
      let output = Pipe()
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      try output.fileHandleForWriting.close()
      #expect(output.fileHandleForReading.readData(ofLength: 5) == Data("line\n".utf8))
      try output.fileHandleForReading.close()
      process.waitUntilExit()
      #expect(process.terminationStatus == 141)
    }
  }
}
