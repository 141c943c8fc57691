import Foundation
import Testing

/// --report: one line of JSON at the end.
@Suite struct ReportTests {
  struct Report: Decodable {
    struct Leftover: Decodable { let pid: Int, name: String }
    let report, version, command: String
    let code, status, reaped, runtimeMs: Int
    let pid: Int?
    let signal: String?
    let core: Bool
    let oomKills: Int?
    let leftovers: [Leftover]
  }

  private func report(_ run: Outcome) throws -> Report {
    let lines = run.err.split(separator: "\n").filter { $0.hasPrefix("{") }
    #expect(lines.count == 1, "\(run.err)")
    let line = try #require(lines.last)
    #expect(line == run.err.split(separator: "\n").last, "the last thing said")
    let keys = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]).keys.sorted()
    for key in [
      "code", "command", "core", "leftovers", "oom_kills", "pid", "reaped", "report", "runtime_ms", "signal", "status", "version",
    ] { #expect(keys.contains(key), "\(line)") }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Report.self, from: Data(line.utf8))
  }

  @Test func plain() throws {
    let run = try Session.run(["--report", "--", "sh", "-c", "exit 3"])
    let got = try report(run)
    #expect(run.end == .code(3))
    #expect(got.report == "swinit" && got.command == "sh")
    #expect(got.version == (try Session.run(["--version"]).out.split(whereSeparator: { " \n".contains($0) }).last ?? ""))
    #expect(got.pid == 2 && got.code == 3 && got.status == 3 && got.signal == nil && !got.core)
    #expect(got.leftovers.isEmpty && got.reaped == 0)
    #expect(got.runtimeMs >= 0 && got.runtimeMs < 60_000)
    #expect(run.out == "")
  }

  @Test func signalAndMapByVariable() throws {
    let run = try Session.run(["sh", "-c", "kill -TERM $$"], env: ["SWINIT_REPORT=1", "SWINIT_EXIT_MAP=143:0"])
    let got = try report(run)
    #expect(run.end == .code(0))
    #expect(got.code == 0 && got.status == 143 && got.signal == "TERM")
  }

  @Test func leftoversByName() throws {
    let run = try Session.run(["--report", "--grace", "100ms", "--", Place.probe, "leave", "7", "dies", "ignores"])
    let got = try report(run)
    #expect(got.code == 7)
    #expect(got.leftovers.map(\.name).sorted() == ["dies", "ignores"])
    for leftover in got.leftovers { #expect(run.out.contains("\(leftover.name) is \(leftover.pid)\n")) }
  }

  @Test func orphansCount() throws {
    #expect(try report(try Session.run(["--report", Place.probe, "orphans", "25"])).reaped == 25)
  }

  @Test func core() throws {
    let scratch = try Scratch()
    let run = try Session.run(
      ["--report", "--chdir", scratch.path, "sh", "-c", "ulimit -c unlimited 2>/dev/null; kill -SEGV $$"])
    let got = try report(run)
    #expect(got.signal == "SEGV" && got.status == 139)
    // Whether a core is made is the machine's choice; when it is, in this directory, it must be told.
    let files = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
    if files.contains(where: { $0.hasPrefix("core") }) { #expect(got.core) }
  }

  @Test func commandThatCannotRun() throws {
    let run = try Session.run(["--report", "--", "/nope/there"])
    #expect(run.end == .code(127))
    let got = try report(run)
    #expect(got.code == 127)
  }

  /// Names that JSON must escape.
  @Test func namesWithQuotesAndBytes() throws {
    let scratch = try Scratch()
    let odd = try scratch.copy(Place.probeStatic, to: "probe \"x\\y\n\u{e9}")
    let run = try Session.run(["--report", "--", odd, "exit", "0"])
    #expect(try report(run).command.contains("probe \"x\\y"), "\(run.err)")
  }

  @Test func noReportUnlessAsked() throws {
    #expect(try Session.run(["true"]).err == "")
  }
}
