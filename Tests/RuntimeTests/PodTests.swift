import Foundation
import Testing

extension RuntimeTests {
  /// swinit as a pod's pause container, in an image that holds nothing else.
  @Suite(.serialized) struct PodTests {
    let engine: Engine
    init() throws { engine = try Engine.shared }

    @Test func pause() throws {
      let made = try engine.podman(
        "pod", "create", "--name", "pod", "--network", "none", "--share", "ipc,uts,net,pid", "--infra-image", "swinit",
        "--infra-name", "pause", "--infra-command", "/catatonit -P")
      try #require(made.code == 0, "\(made.err)")
      defer { _ = try? engine.podman("pod", "rm", "-f", "-t", "0", "pod") }
      let started = try engine.podman("pod", "start", "pod")
      try #require(started.code == 0, "\(started.err)")
      #expect(try inspect("{{.State.Running}}") == "true")

      // A container of the pod shares the pause's pid namespace: its orphans are the pause's.
      let script =
        "tr '\\0' ' ' </proc/1/cmdline; (sleep 0.1 &); while ps -o args | grep -q '^sleep 0.[1]'; do :; done; "
        + "grep -l '^State:.Z' /proc/[0-9]*/status | wc -l"
      let member = try engine.run(["--pod", "pod"], image: "plain", ["sh", "-c", script])
      #expect(member.code == 0, "\(member.err)")
      #expect(member.out.contains("catatonit -P"), "\(member.out)")
      #expect(member.out.hasSuffix("0\n"), "zombies: \(member.out)")

      // It ignores all but TERM and INT.
      try engine.podman("kill", "--signal", "HUP", "pause")
      try engine.podman("kill", "--signal", "USR1", "pause")
      #expect(try inspect("{{.State.Running}}") == "true")

      // Stopped with TERM, not with KILL after the time-out.
      let begun = Date()
      let stopped = try engine.podman("pod", "stop", "-t", "60", "pod")
      #expect(stopped.code == 0, "\(stopped.err)")
      #expect(-begun.timeIntervalSinceNow < 25, "ended on TERM, long before the 60 s")
      #expect(try inspect("{{.State.Running}} {{.State.ExitCode}}") == "false 0")
    }

    private func inspect(_ format: String) throws -> String {
      try engine.podman("inspect", "pause", "--format", format).out.trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }
}
