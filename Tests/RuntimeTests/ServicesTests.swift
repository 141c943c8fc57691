import Foundation
import Glibc
import Testing

extension RuntimeTests {
  /// Real daemons as workers of one container: rootfs/examples/services.
  @Suite(.serialized, .enabled(if: which("mmdebstrap") != nil, "needs mmdebstrap")) struct ServicesTests {
    /// Requests without a pause to nginx over kept connections, and to redis, until /tmp/stop is there; says how many rounds, and how
    /// many of them failed.
    private static let load = """
      rounds=0; failed=0
      while [ ! -e /tmp/stop ]; do
        rounds=$((rounds + 1))
        curl -sS -f --fail-early -o /dev/null 'http://127.0.0.1:8080/[1-20]' && redis-cli -r 20 incr load >/dev/null \
          || failed=$((failed + 1))
        [ $rounds -ne 1 ] || echo first
      done
      echo "rounds=$rounds failed=$failed count=$(redis-cli get load)"
      """

    @Test func inOrder() throws {
      let it = try Services()
      let told = try it.told()
      for name in ["redis", "nginx", "cron"] {
        #expect(told[name]?.state == "running" && told[name]?.restarts == 0, "\(told)")
      }
      let ages = ["redis", "nginx", "cron"].map { told[$0]?.since_ms ?? 0 }
      #expect(ages[0] >= ages[1] && ages[0] >= ages[2], "redis was ready before the others began: \(told)")
      // cron's first job needs redis.
      try eventually("cron's job") { try it.container.log().contains("cron | heartbeats begin: OK\n") }
      #expect(try it.exec("curl", "-s", "http://127.0.0.1:8080/").out == "served\n")
      #expect(try it.exec("redis-cli", "ping").out == "PONG\n")
      #expect(try it.container.engine.podman("healthcheck", "run", it.container.id).code == 0)
    }

    /// The supervisor is killed under load, and nobody notices.
    @Test func supervisorIsKilled() throws {
      let it = try Services()
      let before = try it.told()
      let load = try it.background(["sh", "-c", Self.load])
      try load.text("first")
      for _ in 0..<6 { try it.killSupervisor() }
      try it.exec("touch", "/tmp/stop")
      let end = try load.finish()
      let numbers = end.out.split { !$0.isNumber }.compactMap { Int($0) }
      try #require(numbers.count == 3, "\(end)")
      #expect(numbers[0] > 6 && numbers[1] == 0 && numbers[2] == numbers[0] * 20, "\(end)")
      let after = try it.told()
      for (name, worker) in before {
        #expect(after[name]?.pid == worker.pid && after[name]?.restarts == 0 && after[name]?.state == "running", "\(after)")
      }
      // Each line has its origin in front, also those of the time when nobody read.
      let lines = try it.container.log().split(separator: "\n")
      let origins = ["redis | ", "nginx | ", "cron | ", "swinit: "]
      #expect(lines.allSatisfy { line in origins.contains { line.hasPrefix($0) } }, "\(lines.suffix(20))")
      #expect(lines.filter { $0.contains("swinit: kthreadd (") }.count == 6)
      #expect(lines.contains { $0.hasPrefix("nginx | ") && $0.hasSuffix("\"curl/7.88.1\"") || $0.contains("\"GET /20 ") })
      #expect(try it.stop() == 0)
    }

    enum Parent: CaseIterable, Sendable { case supervisor, initProcess }

    /// What nginx had started goes with it; the next one gets the port. Also where the supervisor that started it is no more.
    @Test(arguments: Parent.allCases) func killedMaster(_ parent: Parent) throws {
      let it = try Services()
      if parent == .initProcess { try it.killSupervisor() }
      let old = it.processes("nginx")
      #expect(old.count == 3, "a master and two")
      let master = try #require(try it.told()["nginx"]?.pid)
      try it.exec("sh", "-c", "kill -9 \(master)")
      try eventually("nginx to be there again") {
        let told = try it.told()["nginx"]
        return told?.state == "running" && told?.restarts == 1
      }
      try eventually("its processes") { it.processes("nginx").count == 3 && it.processes("nginx").isDisjoint(with: old) }
      #expect(try it.exec("curl", "-s", "http://127.0.0.1:8080/").out == "served\n")
      #expect(try it.container.log().contains("swinit: worker 'nginx' was ended by SIGKILL; it is started again in "))
      #expect(try it.told()["nginx"]?.restarts == 1)
    }

    @Test func otherUsersAreRefused() throws {
      let it = try Services()
      #expect(try it.exec("swctl", "restart", "cron").code == 0)
      for words in [["swctl", "list"], ["swctl", "stop", "redis"], ["swctl", "health"]] {
        let refused = try it.exec(words, user: "nobody")
        let why = "only root, swinit's own user and its control group may"
        #expect(refused.code == 77 && refused.err.contains(why), "\(refused)")
      }
      #expect(try it.told()["redis"]?.state == "running")
    }

    /// Those that others came after go last; the code is 0, and nobody was killed.
    @Test func stopsInOrder() throws {
      let it = try Services(["-e", "SWINIT_VERBOSE=1"])
      #expect(try it.stop() == 0)
      let log = try it.container.log()
      let asked = try #require(log.range(of: "swinit: worker 'redis': stopping\n"), "\(log)")
      for name in ["nginx", "cron"] {
        let ended = try #require(log.range(of: "swinit: worker '\(name)': ended\n"), "\(log)")
        #expect(ended.upperBound <= asked.lowerBound, "\(log)")
      }
      #expect(log.contains("User requested shutdown") && log.contains("ready to exit, bye bye..."), "\(log)")
      #expect(log.contains("swinit: worker 'redis': ended\n"), "\(log)")
    }

    /// nginx is essential: its own end is the container's.
    @Test func essentialEnd() throws {
      let it = try Services()
      try it.exec("nginx", "-s", "quit")
      #expect(try it.container.end() == 0)
      #expect(try it.container.log().contains("ready to exit, bye bye..."))
    }

    /// One user without privileges on a root that cannot be written: what can work works, and doctor names what is missing.
    @Test func withoutPrivileges() throws {
      let options = ["--user", "redis", "--cap-drop=all", "--read-only", "--tmpfs", "/run", "-v", "services-data:/var/lib/redis"]
      let it = try Services(options, ready: ["redis", "nginx"])
      #expect(try it.exec("curl", "-s", "http://127.0.0.1:8080/").out == "served\n")
      #expect(try it.exec("redis-cli", "set", "a", "b").out == "OK\n")
      let doctor = try it.ctl("doctor")
      #expect(doctor.code == 1)
      for word in ["kthreadd: there", "run: there", "CAP_SETUID: missing; ", "CAP_KILL: missing; "] {
        #expect(doctor.out.contains(word), "\(doctor)")
      }
      // cron wants to be others.
      try eventually("cron's complaint") { try it.container.log().contains("cron | seteuid: Operation not permitted\n") }
      #expect(try it.ctl("health").code == 1)
      let before = try it.told()
      let old = try #require(it.processes("kthreadd").first)
      kill(old, SIGKILL)
      try eventually("another kthreadd") { it.processes("kthreadd").count == 1 && !it.processes("kthreadd").contains(old) }
      let after = try it.told()
      for name in ["redis", "nginx"] { #expect(after[name]?.pid == before[name]?.pid && after[name]?.restarts == 0) }
      #expect(try it.stop() == 0)
      #expect(try it.container.log().contains("ready to exit, bye bye..."))
    }

    /// Another user than its definition's: redis cannot begin, which is said, and the others wait for it.
    @Test func anotherUser() throws {
      let it = try Services(["--user", "1000", "--cap-drop=all", "--read-only", "--tmpfs", "/run"], ready: [])
      try eventually("redis to be in trouble") {
        try it.container.log().contains("swinit: worker 'redis' could not take its groups: Operation not permitted; ")
      }
      let told = try it.told()
      #expect(told["nginx"]?.state == "waiting" && told["cron"]?.state == "waiting", "\(told)")
      #expect(try it.ctl("doctor").out.contains("CAP_SETUID: missing; workers cannot run as other users\n"))
      #expect(try it.stop() == 0)
    }
  }
}
