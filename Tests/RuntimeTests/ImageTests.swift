import Foundation
import Testing

extension RuntimeTests {
  /// The image and the examples, built without a network.
  @Suite(.serialized) struct ImageTests {
    let engine: Engine
    init() throws { engine = try Engine.shared }

    /// The whole Dockerfile, its `make static` too, on this machine's toolchain.
    @Test(.enabled(if: which("swift") != nil && which("make") != nil, "needs swift and make in PATH"))
    func dockerfile() throws {
      let built = try Program.run(
        ["unshare", "--net", Engine.package.appending(path: "scripts/image").path],
        env: ["PODMAN_STORE": engine.directory, "BUILDER": "host", "ENGINE": "podman", "IMAGE": "swinit-built"], within: 400)
      try #require(built.code == 0, "\(built.out.suffix(3000))\n\(built.err.suffix(3000))")

      let version = try engine.run(["--entrypoint", "/swinit"], image: "swinit-built", ["--version"])
      #expect(version.code == 0)
      #expect(version.out.hasPrefix("swinit "))
      let label = "org.opencontainers.image."
      let format =
        ["title", "licenses", "version"].map { "{{index .Labels \"\(label)\($0)\"}} " }.joined() + "{{.Config.Entrypoint}}"
      let labels = try engine.podman("inspect", "swinit-built", "--format", format).out
      let number = version.out.dropFirst("swinit ".count).prefix { !$0.isNewline }
      #expect(labels == "swinit Apache-2.0 \(number) [/swinit --]\n")
      // Nothing else is in it, so that is what it says.
      let run = try engine.run([], image: "swinit-built", ["sh"])
      #expect(run.code == 127)
      #expect(run.err.hasPrefix("swinit: cannot execute 'sh'"))
      let tini = try engine.run(["--entrypoint", "/tini"], image: "swinit-built", ["--version"])
      #expect(tini.out.hasPrefix("tini version "))
      #expect(tini.code == 0)
      let named = try engine.run(["--user", "nobody"], image: "swinit-built", ["/swinit", "--version"])
      #expect(named.code == 0, "/etc/passwd has nobody: \(named.err)")
    }

    private func build(_ name: String, base: String) throws {
      let example = Engine.package.appending(path: "rootfs/examples/\(name)").path
      let run = try engine.podman(
        "build", "-q", "--pull=never", "--isolation", "chroot", "--build-arg", "BASE=\(base)", "-t", "example-\(name)", example)
      try #require(run.code == 0, "\(run.err)")
    }

    @Test func daemons() throws {
      try build("daemons", base: "plain")
      let container = try engine.start(["-e", "SWINIT_REPORT=1"], image: "example-daemons", [], sign: "are up")
      try engine.podman("stop", "-t", "25", container.id)
      #expect(try container.end() == 0)
      let report = try container.log()
      #expect(report.contains(#""name":"syslogd""#))
      #expect(report.contains(#""name":"crond""#))
      #expect(report.contains(#""status":143"#))
    }

    /// A stand-in for nginx: in order on QUIT, abruptly on TERM.
    @Test func nginx() throws {
      let root = "\(engine.directory)/nginx"
      try FileManager.default.createDirectory(atPath: "\(root)/bin", withIntermediateDirectories: true)
      try engine.addBusybox(to: root)
      let script = """
        #!/bin/sh
        trap 'echo in order; exit 0' QUIT
        trap 'echo abruptly; exit 1' TERM
        echo "ready: $*"
        while :; do sleep 60 & wait; done
        """
      try script.write(toFile: "\(root)/bin/nginx", atomically: false, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(root)/bin/nginx")
      try engine.importImage("nginx-base", root)
      try build("nginx", base: "nginx-base")
      let container = try engine.start([], image: "example-nginx", [])
      try engine.podman("stop", "-t", "25", container.id)
      #expect(try container.end() == 0)
      #expect(try container.log() == "ready: -g daemon off;\nin order\n")
    }
  }
}
