import Foundation
import Glibc
import Testing

extension RuntimeTests {
  /// swinit as PID 1 under podman.
  @Suite(.serialized) struct PodmanTests {
    let engine: Engine
    init() throws { engine = try Engine.shared }

    /// Ends the command and leaves a process behind that says so when it gets TERM.
    static let leaver = """
      mkfifo /tmp/up
      sh -c 'trap "echo leftover: TERM; exit" TERM; sleep 60 & echo >/tmp/up; wait' &
      read x </tmp/up; exit 5
      """

    @Test func initOption() throws {
      let run = try engine.run(
        ["--init", "--init-path", Engine.swinit], image: "plain", ["sh", "-c", "cat /proc/1/comm; cat /proc/1/cmdline; exit 5"])
      #expect(run.code == 5)
      #expect(run.out.hasPrefix("podman-init\n/run/podman-init\0--\0sh\0"))
      #expect(run.err == "")
    }

    /// As podman-init it kills what is left, as catatonit does, unless SWINIT_GRACE is there; as swinit it ends it in order.
    @Test func initOptionIsThePersonality() throws {
      let option = ["--init", "--init-path", Engine.swinit]
      let asPodmanInit = try engine.run(option, image: "plain", ["sh", "-c", Self.leaver])
      #expect(asPodmanInit.code == 5)
      #expect(asPodmanInit.out == "")
      let withGrace = try engine.run(option + ["-e", "SWINIT_GRACE=20s"], image: "plain", ["sh", "-c", Self.leaver])
      #expect(withGrace.code == 5)
      #expect(withGrace.out == "leftover: TERM\n")
      let asItself = try engine.run([], image: "entry", ["sh", "-c", Self.leaver])
      #expect(asItself.code == 5)
      #expect(asItself.out == "leftover: TERM\n")
    }

    @Test func initOptionAndAFailure() throws {
      let run = try engine.run(["--init", "--init-path", Engine.swinit], image: "plain", ["/nope"])
      #expect(run.err.contains("/nope"))
      #expect(run.code != 0)
    }

    @Test func entrypoint() throws {
      let run = try engine.run([], ["sh", "-c", "cat /proc/1/comm /proc/$PPID/comm; exit 42"])
      #expect(run.code == 42)
      #expect(run.out == "swinit\nswinit\n")
      #expect(run.err == "")
    }

    @Test(
      arguments: [
        ("exit 0", 0), ("exit 1", 1), ("exit 255", 255), ("kill -TERM $$", 143), ("kill -KILL $$", 137), ("kill -SEGV $$", 139),
      ] as [(String, Int32)])
    func codeOfTheCommand(_ script: String, _ code: Int32) throws {
      #expect(try engine.run([], ["sh", "-c", script]).code == code)
    }

    @Test(arguments: [("/nope", 127), ("nope", 127), ("/etc/passwd", 126), ("/etc", 126)] as [(String, Int32)])
    func commandThatCannotRun(_ command: String, _ code: Int32) throws {
      let run = try engine.run([], [command])
      #expect(run.code == code)
      #expect(run.err.hasPrefix("swinit: cannot execute '\(command)'"))
    }

    @Test(arguments: [
      ["--read-only"], ["--read-only", "--read-only-tmpfs=false"], ["--user", "65534:65534"], ["--cap-drop=ALL"],
      ["--security-opt", "no-new-privileges"], ["--security-opt", "seccomp=unconfined"],
      ["--read-only", "--user", "65534:65534", "--cap-drop=ALL", "--security-opt", "no-new-privileges"],
    ])
    func confined(_ options: [String]) throws {
      // An orphan too, whose end swinit has to see: its `sleep` holds the pipe until then.
      let run = try engine.run(options + ["-e", "SWINIT_REPORT=1"], ["sh", "-c", "(sleep 0.1 &); echo done; exit 3"])
      #expect(run.code == 3)
      #expect(run.out == "done\n")
      #expect(run.err.split(separator: "\n").count == 1, "nothing but the report: \(run.err)")
      #expect(run.err.contains(#""code":3"#))
    }

    /// swinit is one task: with its command there are two.
    @Test func twoTasksAtMost() throws {
      let limit = ["--pids-limit", "2"]
      let bare = try engine.run(limit, image: "plain", ["true"])
      guard bare.code == 0 else {
        withKnownIssue("runc starts nothing with two tasks here: \(bare.err)") { Issue.record("skipped") }
        return
      }
      let run = try engine.run(limit, ["sh", "-c", "echo done; exit 3"])
      #expect(run.code == 3)
      #expect(run.out == "done\n")
      #expect(run.err == "")
    }

    @Test func terminal() throws {
      let run = try engine.interactive(["-it"], ["sh", "-c", "test -t 0 && test -t 1 && stty size; exit 4"]).finish()
      #expect(run.out.contains("24 80") || run.out.contains("0 0"), "\(run.out)")
      #expect(run.code == 4)
    }

    @Test(arguments: [false, true])
    func controlC(_ initOption: Bool) throws {
      let options = initOption ? ["--init", "--init-path", Engine.swinit] : []
      let script = "trap 'echo interrupted; exit 9' INT; echo ready; while :; do sleep 60; done"
      let program = try engine.interactive(["-it"] + options, image: initOption ? "plain" : "entry", ["sh", "-c", script])
      try program.text("ready")
      program.type("\u{3}")
      let run = try program.finish()
      #expect(run.out.contains("interrupted"))
      #expect(run.code == 9)
    }

    /// Ctrl-Z stops a job of the container's shell, and the shell goes on.
    @Test(arguments: [false, true])
    func controlZ(_ initOption: Bool) throws {
      let options = initOption ? ["--init", "--init-path", Engine.swinit] : []
      let program = try engine.interactive(["-it"] + options, image: initOption ? "plain" : "entry", ["sh", "-i"])
      program.type("sh -c 'echo job-$((40 + 2)); exec sleep 60'\n")
      try program.text("job-42")
      program.type("\u{1a}")
      try program.text("Stopped")
      program.type("kill -KILL %1; exit 6\n")
      // A shell with a stopped job says so once before it goes.
      program.type("exit 6\n")
      #expect(try program.finish().code == 6)
    }

    @Test func stop() throws {
      let container = try engine.start(
        [],
        [
          "sh", "-c", "trap 'echo got TERM; exit 7' TERM; echo ready; while :; do sleep 60 & wait; done",
        ])
      try engine.podman("stop", "-t", "25", container.id)
      #expect(try container.end() == 7)
      #expect(try container.log() == "ready\ngot TERM\n")
    }

    @Test(arguments: ["HUP", "USR1", "RTMIN+3", "ABRT", "WINCH"])
    func forwarded(_ signal: String) throws {
      let number = ["HUP": 1, "USR1": 10, "RTMIN+3": 37, "ABRT": 6, "WINCH": 28][signal] ?? 0
      let container = try engine.start(
        [],
        [
          "sh", "-c", "trap 'echo seen; exit 8' \(number); echo ready; while :; do sleep 60 & wait; done",
        ])
      try engine.podman("kill", "--signal", "\(number)", container.id)
      #expect(try container.end() == 8)
      #expect(try container.log().contains("seen"))
    }

    /// A session of `podman exec` is no child of PID 1, and yet gets TERM and time at the end.
    @Test func execSession() throws {
      let shared = "\(engine.directory)/shared"
      try FileManager.default.createDirectory(atPath: shared, withIntermediateDirectories: true)
      func said() -> String { (try? String(contentsOfFile: "\(shared)/session", encoding: .utf8)) ?? "" }
      let container = try engine.start(["-v", "\(shared):/shared"], ["sh", "-c", "echo ready; exec sleep 600"])
      let session = """
        trap 'sleep 0.2; echo ended >>/shared/session; exit' TERM
        echo up >/shared/session; while :; do sleep 60 & wait; done
        """
      let run = try engine.podman("exec", "-d", container.id, "sh", "-c", session)
      #expect(run.code == 0, "\(run.err)")
      try eventually("the session is up") { said() == "up\n" }
      try engine.podman("stop", "-t", "25", container.id)
      #expect(try container.end() == 143)
      #expect(said() == "up\nended\n")
    }

    static let memoryCgroup =
      access("/sys/fs/cgroup/memory/memory.limit_in_bytes", F_OK) == 0
      || (try? String(contentsOfFile: "/sys/fs/cgroup/cgroup.controllers", encoding: .utf8))?.contains("memory") == true

    @Test(.enabled(if: memoryCgroup, "no memory cgroup here"))
    func outOfMemory() throws {
      let run = try engine.run(
        ["--memory", "32m", "--memory-swap", "32m", "-e", "SWINIT_REPORT=1"], ["sh", "-c", "tail /dev/zero; exit $?"])
      #expect(run.code == 137)
      let report = try Report(run.err)
      #expect((report.oom_kills ?? 0) >= 1)
    }

    @Test func orphans() throws {
      let script = """
        i=0; while [ $i -lt 500 ]; do (true & ) ; (sleep 0.05 &); i=$((i + 1)); done
        while ps -o args | grep -q '^sleep 0.0[5]'; do :; done
        grep -l '^State:.Z' /proc/[0-9]*/status | wc -l
        """
      let run = try engine.run(["-e", "SWINIT_REPORT=1"], ["sh", "-c", script])
      #expect(run.code == 0)
      #expect(run.out.trimmingCharacters(in: .whitespacesAndNewlines) == "0", "zombies")
      #expect(try Report(run.err).reaped >= 500)
    }

    /// podman passes on sockets and says LISTEN_PID=1; the command must read its own number.
    @Test(arguments: [false, true])
    func listenFds(_ initOption: Bool) throws {
      let options = initOption ? "--init --init-path \(Engine.swinit)" : ""
      let script = "echo $LISTEN_FDS; test $LISTEN_PID = $$ && echo mine; readlink /proc/self/fd/3 || ls -l /proc/self/fd"
      let podman = Engine.package.appending(path: "scripts/podman").path
      let run = try Program.run(
        [
          "bash", "-c",
          """
          exec 3</etc/hostname; export LISTEN_FDS=1 LISTEN_PID=$$
          exec '\(podman)' run --rm \(options) \(initOption ? "plain" : "entry") sh -c '\(script)'
          """,
        ], env: ["PODMAN_STORE": engine.directory])
      #expect(run.code == 0, "\(run.err)")
      #expect(run.out.hasPrefix("1\nmine\n/"), "\(run.out)")
    }
  }
}

/// The line of --report.
struct Report: Decodable {
  let code: Int
  let signal: String?
  let oom_kills: Int?
  let reaped: Int

  init(_ text: String) throws {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("{\"report\"") }) else {
      throw Trouble("no report in: \(text)")
    }
    self = try JSONDecoder().decode(Report.self, from: Data(line.utf8))
  }
}
