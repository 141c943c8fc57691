import Boot
import Sys
import Testing

@testable import swvm

/// What swvm writes into the window is what swinit reads there.
@Suite struct RequestTests {
  private func read(_ request: CommandRequest) throws -> BootParameters.TestRun {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: HostWindow.size, alignment: 4096)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: HostWindow.size)
    // Not given back: the texts point into it.
    let window = HostWindow(at: memory)
    #expect(!window.isPrepared)
    #expect(window.prepare(request: request.bytes) == .done)
    #expect(window.isPrepared)
    var run = BootParameters.TestRun()
    try run.take(request: window.request)
    return run
  }

  private func string(_ text: Text?) -> String? { text.map { String(decoding: $0.bytes, as: UTF8.self) } }

  @Test func everything() throws {
    var request = CommandRequest()
    request.words = ["sh", "-c", "a=b; exit 3", "", "ä"]
    request.variables = ["A=b=c", "E="]
    request.user = "nobody"
    request.directory = "/tmp/x y"
    request.timeout = 1.5
    request.shares = [
      Share(tag: "t", host: "/h", guest: "/g", access: .readOnly), Share(tag: "u", host: "/h", guest: "/w", access: .readWrite),
    ]
    request.terminal = (24, 80)
    request.network = .user
    request.kernelLog = .sent
    let run = try read(request)
    #expect(run.arguments.map { string($0.text) } == ["sh", "-c", "a=b; exit 3", "", "ä"])
    #expect(run.variables.map { string($0.text) } == ["A=b=c", "E="])
    #expect(string(run.user) == "nobody" && string(run.directory) == "/tmp/x y")
    #expect(run.timeout == .milliseconds(1500))
    #expect(run.mounts.map { string($0) } == ["t:/g:ro", "u:/w"])
    #expect(run.terminal == BootParameters.TerminalSize(rows: 24, columns: 80))
    #expect(run.network == .user && run.kernelLog == .sent)
  }

  @Test func least() throws {
    var request = CommandRequest()
    request.words = ["true"]
    let run = try read(request)
    #expect(
      run.arguments.count == 1 && run.timeout == nil && run.terminal == nil && run.network == .none && run.kernelLog == .kept)
  }

  @Test func tooLong() {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: HostWindow.size, alignment: 4096)
    defer { memory.deallocate() }
    #expect(HostWindow(at: memory).prepare(request: [UInt8](repeating: 65, count: 1 << 19)) == .tooLong)
  }

  @Test(arguments: ["nosuch=1", "word", "terminal=big", "net=moon", "env==x", "timeout=soon"]) func refused(_ record: String) {
    var run = BootParameters.TestRun()
    let bytes = Array(record.utf8) + [0]
    bytes.withUnsafeBufferPointer { bytes in
      do throws(BadWord) {
        try run.take(request: Text(UnsafeBufferPointer(rebasing: bytes.dropLast())))
        Issue.record("\(record) was taken")
      } catch {}
    }
  }
}
