import Foundation
import Testing

extension RuntimeTests {
  /// swinit as PID 1 under runc, without podman.
  @Suite(.serialized) struct RuncTests {
    let bundle: String
    let runc: [String]

    init() throws {
      let engine = try Engine.shared
      bundle = "\(engine.directory)/bundle"
      runc = ["runc", "--root", "\(engine.directory)/runc"]
      try? FileManager.default.removeItem(atPath: bundle)
      try FileManager.default.createDirectory(atPath: bundle, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: "\(engine.directory)/full", toPath: "\(bundle)/rootfs")
    }

    /// `runc spec`, with this command and no terminal. Its defaults: read-only root, no new privileges, three capabilities.
    private func configure(_ args: [String], user: Int = 0) throws {
      try? FileManager.default.removeItem(atPath: "\(bundle)/config.json")
      let spec = try Program.run(["runc", "spec", "--bundle", bundle])
      try #require(spec.code == 0, "\(spec.err)")
      let file = URL(filePath: "\(bundle)/config.json")
      var config = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
      var process = try #require(config["process"] as? [String: Any])
      process["terminal"] = false
      process["args"] = args
      process["user"] = ["uid": user, "gid": user]
      process["env"] = ["PATH=/bin"]
      config["process"] = process
      try JSONSerialization.data(withJSONObject: config).write(to: file)
    }

    @Test(arguments: [0, 65534])
    func entrypoint(_ user: Int) throws {
      try configure(["/swinit", "--report", "--", "sh", "-c", "cat /proc/1/comm; id -u; (sleep 0.1 &); exit 5"], user: user)
      let run = try Program.run(runc + ["run", "--bundle", bundle, "swinit-test-\(user)"])
      #expect(run.code == 5, "\(run.err)")
      #expect(run.out == "swinit\n\(user)\n")
      #expect(try Report(run.err).code == 5)
    }

    @Test func kill() throws {
      let script = "trap 'echo got TERM; exit 7' TERM; echo ready; while :; do sleep 60 & wait; done"
      try configure(["/swinit", "--", "sh", "-c", script])
      let program = try Program(runc + ["run", "--bundle", bundle, "swinit-test-kill"])
      try program.text("ready")
      let sent = try Program.run(runc + ["kill", "swinit-test-kill", "TERM"])
      #expect(sent.code == 0, "\(sent.err)")
      let run = try program.finish()
      #expect(run.code == 7)
      #expect(run.out == "ready\ngot TERM\n")
      #expect(run.err == "")
    }
  }
}
