import Foundation
import Testing

extension SwvmMachines {
  /// What the command finds.
  @Suite struct CommandTests {
    @Test func environment() throws {
      let result = try Tool.run(["--env", "A=b c", "--env", "EMPTY="], ["env"], environment: ["OTHER": "host's"])
      let lines = result.text.split(separator: "\n")
      #expect(lines.contains("A=b c") && lines.contains("EMPTY="), "\(result)")
      #expect(!result.text.contains("OTHER"), "\(result)")
      #expect(lines.contains { $0.hasPrefix("PATH=") }, "\(result)")
    }

    @Test func words() throws {
      let result = try Tool.run([], ["printf", "<%s>", "", "a b", "\"q\"", "--", "-x", "ä\n"])
      #expect(result.text == "<><a b><\"q\"><--><-x><ä\n>", "\(result)")
    }

    /// More than a kernel command line holds.
    @Test func manyWords() throws {
      let words = (0..<3000).map { "word-\($0)" }
      let result = try Tool.run([], ["echo"] + words)
      #expect(result.text == words.joined(separator: " ") + "\n", "\(result)")
    }

    @Test func userAndDirectory() throws {
      let result = try Tool.shell("id -un; pwd", ["--user", "nobody", "--chdir", "/usr/share"])
      #expect(result.text == "nobody\n/usr/share\n", "\(result)")
    }

    @Test func unknownUser() throws {
      let result = try Tool.run(["--user", "nosuchuser"], ["true"])
      #expect(result.code == 125, "\(result)")
      #expect(result.errorText.contains("nosuchuser"), "\(result)")
    }

    @Test func unknownDirectory() throws {
      let result = try Tool.run(["--chdir", "/no/such"], ["true"])
      #expect(result.code == 126, "\(result)")
      #expect(result.errorText.contains("/no/such"), "\(result)")
    }

    /// A machine of its own, with the pid namespace that the kernel has made.
    @Test func machineOfItsOwn() throws {
      let result = try Tool.shell(
        "cat /proc/2/comm; uname -r; hostname; cat /proc/1/comm; nproc; grep -c ' / ' /proc/mounts", ["--cpus", "2"])
      let version = try String(contentsOfFile: "\(Tool.kernel)/version", encoding: .utf8)
      let lines = result.text.split(separator: "\n")
      #expect(lines.first == "kthreadd", "\(result)")
      #expect(lines.dropFirst().first.map { "\($0)\n" } == version, "\(result)")
      #expect(lines.dropFirst(2).first == "swvm", "\(result)")
      #expect(lines.dropFirst(4).first == "2", "\(result)")
    }

    @Test func memory() throws {
      let result = try Tool.shell("awk '/MemTotal/ { print ($2 > 700000 && $2 < 1000000) }' /proc/meminfo", ["--memory", "960M"])
      #expect(result.text == "1\n", "\(result)")
    }

    @Test func network() throws {
      let none = try Tool.shell("ls /sys/class/net")
      #expect(none.text == "lo\n", "\(none)")
      let result = try Tool.shell(
        "ip -4 -o addr show eth0 2>/dev/null || cat /proc/net/fib_trie; cat /proc/net/route", ["--net", "user"])
      #expect(result.text.contains("10.0.2.15"), "\(result)")
      // 10.0.2.2, as /proc has it.
      #expect(result.text.contains("0202000A"), "\(result)")
    }
  }
}
