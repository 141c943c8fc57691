import Foundation
import Glibc
import Testing

extension SwvmMachines {
  /// Bad input: one line, 125, and nothing started.
  @Suite struct MistakeTests {
    @Test(arguments: [
      (["run", "--kernel", "/etc/passwd", "--", "true"], "is no kernel"),
      (["run", "--kernel", "/no/such", "--", "true"], "/no/such"),
      (["run", "--kernel", "9.9.9-nosuch", "--", "true"], "9.9.9-nosuch"),
      (["run", "--rootfs", "/no/such", "--", "true"], "/no/such"),
      (["run", "--rootfs", "/etc/passwd", "--", "true"], "no image"),
      (["run", "--memory", "16M", "--", "true"], "too little"),
      (["run", "--memory", "much", "--", "true"], "much"),
      (["run", "--module", "nosuch", "--", "true"], "nosuch"),
      (["run", "--mount", "/no/such:/x", "--", "true"], "/no/such"),
      (["run", "--mount", "/etc:relative", "--", "true"], "relative"),
      (["run", "--env", "=x", "--", "true"], "NAME=VALUE"),
      (["run", "--timeout", "soon", "--", "true"], "soon"),
      (["run", "--net", "moon", "--", "true"], "moon"),
      (["run", "--arch", "vax", "--", "true"], "vax"),
      (["run", "--init", "/bin/sh", "--", "true"], "static"),
      (["run", "--report", "xml", "--", "true"], "xml"),
      (["run"], "no command"),
      (["run", "--nosuch", "--", "true"], "--nosuch"),
      (["nosuch"], "nosuch"),
    ]) func oneLine(_ words: [String], _ part: String) throws {
      var words = words
      if words.count > 1, words[0] == "run", !words.contains("--kernel") {
        words.insert(contentsOf: ["--kernel", Tool.kernel], at: 1)
      }
      let result = try Tool.swvm(words)
      #expect(result.code == 125, "\(result)")
      #expect(result.errorText.contains(part), "\(result)")
      if words.first == "run" { #expect(result.errorLines.count == 1, "\(result)") }
      #expect(result.output.isEmpty, "\(result)")
    }

    @Test func noKernelAtAll() throws {
      let result = try Tool.swvm(["run", "--", "true"])
      // Where the host's own kernel can be read, it is taken.
      if result.code == 125 { #expect(result.errorText.contains("swvm kernel fetch"), "\(result)") }
    }

    @Test func withoutQEMU() throws {
      let bin = try Tool.directory()
      let result = try Tool.run([], ["true"], environment: ["PATH": bin])
      #expect(result.code == 125, "\(result)")
      #expect(result.errorText.contains("there is no qemu-system-x86_64"), "\(result)")
    }

    /// Asked for and not to be had: QEMU's word is passed on. Not asked for, it is not used.
    @Test func acceleratorThatDoesNotWork() throws {
      guard try Tool.swvm(["doctor", "--kernel", Tool.kernel]).text.contains("KVM does not work") else { return }
      let result = try Tool.run(["--accel", "kvm"], ["true"])
      #expect(result.code == 125 && result.errorLines.count == 1, "\(result)")
    }

    @Test func portTaken() throws {
      let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(socket) }
      var one: Int32 = 1
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &one, 4)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = UInt16(1234).bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let bound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
      }
      // Somebody else has it: as good.
      if bound == 0 { listen(socket, 1) }
      let result = try Tool.run(["--gdb"], ["true"])
      #expect(result.code == 125, "\(result)")
      #expect(result.errorText.contains("1234"), "\(result)")
    }
  }
}
