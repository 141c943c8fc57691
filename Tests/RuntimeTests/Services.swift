import Foundation
import Glibc

/// The container of rootfs/examples/services: nginx, redis and cron as Debian packages them.
final class Services {
  /// Its image, made once: Debian's packages from build/services/root.tar, and the example's own Dockerfile on top.
  private static let image = Result {
    let engine = try Engine.shared
    let script = Engine.package.appending(path: "scripts/services-root").path
    let made = try Program.run([script], within: 600)
    guard made.code == 0 else { throw Trouble("services-root: \(made.out)\(made.err)") }
    let path = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    let root = Engine.package.appending(path: "build/services/root.tar").path
    let imported = try engine.podman("import", "-q", "--change", path, root, "services-base")
    guard imported.code == 0 else { throw Trouble("podman import: \(imported.err)") }
    let example = Engine.package.appending(path: "rootfs/examples/services").path
    let built = try engine.podman(
      "build", "-q", "--format", "docker", "--pull=never", "--isolation", "chroot", "--build-arg", "BASE=services-base", "-t",
      "services", example)
    guard built.code == 0 else { throw Trouble("podman build: \(built.out)\(built.err)") }
  }

  let container: Container
  /// PID 1, by the number that it has outside.
  let process: pid_t

  /// Started, and each of `names` ready.
  init(_ options: [String] = [], ready names: [String] = ["redis", "nginx", "cron"]) throws {
    try Services.image.get()
    let engine = try Engine.shared
    let script = Engine.package.appending(path: "scripts/podman").path
    let words = [script, "run", "-d", "--stop-timeout", "30"] + options + ["services"]
    let run = try Program.run(words, env: ["PODMAN_STORE": engine.directory])
    guard run.code == 0 else { throw Trouble("podman run -d: \(run.err)") }
    container = Container(engine: engine, id: run.out.trimmingCharacters(in: .whitespacesAndNewlines))
    process = pid_t(try engine.podman("inspect", "--format", "{{.State.Pid}}", container.id).out.dropLast()) ?? 0
    try eventually("swctl to be answered") { try self.ctl("list").code != 69 }
    for name in names { _ = try ctl("wait", "--ready", name) }
  }

  /// `podman exec`.
  @discardableResult func exec(_ words: String..., user: String? = nil) throws -> Outcome { try exec(words, user: user) }

  func exec(_ words: [String], user: String? = nil) throws -> Outcome { try background(words, user: user).finish() }

  /// `podman exec`, which runs on.
  func background(_ words: [String], user: String? = nil) throws -> Program {
    let script = Engine.package.appending(path: "scripts/podman").path
    let options = user.map { ["--user", $0] } ?? []
    return try Program([script, "exec"] + options + [container.id] + words, env: ["PODMAN_STORE": container.engine.directory])
  }

  @discardableResult func ctl(_ words: String...) throws -> Outcome { try exec(["swctl"] + words) }

  /// One worker as `swctl --json list` tells it.
  struct Told: Decodable, Equatable {
    let name, state: String
    let pid: Int32?
    let restarts, since_ms: Int
  }

  func told() throws -> [String: Told] {
    let list = try JSONDecoder().decode([Told].self, from: Data(ctl("--json", "list").out.utf8))
    return Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0) })
  }

  /// The container's processes of this name, by the numbers that they have outside.
  func processes(_ name: String) -> Set<pid_t> {
    let space = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/pid")
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return Set(
      all.compactMap { pid_t($0) }.filter {
        (try? String(contentsOfFile: "/proc/\($0)/comm", encoding: .utf8)) == "\(name)\n"
          && (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0)/ns/pid")) == space
      })
  }

  /// SIGKILL for the supervisor; returns when the next one answers.
  func killSupervisor() throws {
    guard let old = processes("kthreadd").first, kill(old, SIGKILL) == 0 else { throw Trouble("there is no kthreadd to be killed") }
    try eventually("another kthreadd") {
      let now = self.processes("kthreadd")
      return now.count == 1 && !now.contains(old)
    }
    let health = try ctl("health")
    guard health.code == 0 else { throw Trouble("health after the kill: \(health)") }
  }

  /// `podman stop`; the exit code.
  func stop() throws -> Int32? {
    try container.engine.podman("stop", container.id)
    return try container.end()
  }
}
