import TestSupport
import Testing

@testable import Boot
@testable import Sys

/// Who PID 1 is, and what it is sent.
@Suite struct InitProgramTests {
  typealias Signs = InitProgram.Signs

  private func program(_ name: String?, _ program: Signs.Program = .other, _ place: Signs.Place = .machine) -> InitProgram {
    var signs = Signs()
    signs.name = name.map { text($0) }
    signs.program = program
    signs.place = place
    return InitProgram(signs)
  }

  @Test func machines() {
    #expect(program("init") == .system)
    #expect(program("init", .own) == .system)
    #expect(program("init", .busybox) == .busybox)
    #expect(program("systemd") == .systemd)
    #expect(program("runit") == .unknown)
    #expect(program("initial") == .unknown)
    #expect(program("sh", .busybox) == .unknown)
    #expect(program("swinit") == .container, "a test machine's")
    #expect(program(nil) == .system)
  }

  @Test func containers() {
    #expect(program("init", .other, .container) == .system)
    #expect(program("init", .busybox, .container) == .busybox)
    #expect(program("init", .own, .container) == .container)
    #expect(program("systemd", .other, .container) == .systemd)
    for name in ["docker-init", "swinit", "tini", "sh", "podman-init", "initial"] {
      #expect(program(name, .other, .container) == .container, "\(name)")
    }
    #expect(program("sh", .busybox, .container) == .container)
    #expect(program(nil, .other, .container) == .container)
  }

  private func signal(_ name: String) -> Signal { Signal(text(name))! }

  @Test(
    arguments: [
      (.system, .restart, "TERM", "RTMIN+15"), (.system, .halt, "USR1", "RTMIN+13"), (.system, .powerOff, "USR2", "RTMIN+14"),
      (.systemd, .halt, "RTMIN+3", "RTMIN+13"), (.systemd, .powerOff, "RTMIN+4", "RTMIN+14"),
      (.systemd, .restart, "RTMIN+5", "RTMIN+15"), (.system, .kexec, "RTMIN+6", "RTMIN+16"),
      (.systemd, .kexec, "RTMIN+6", "RTMIN+16"),
    ] as [(InitProgram, SystemRequest.End, String, String)])
  func inits(_ program: InitProgram, _ end: SystemRequest.End, _ orderly: String, _ forced: String) {
    #expect(program.way(to: SystemRequest(end, .orderly)) == .signal(signal(orderly)))
    #expect(program.way(to: SystemRequest(end, .forced)) == .signalOrKernel(signal(forced)))
    #expect(program.way(to: SystemRequest(end, .immediate)) == .kernel)
  }

  @Test(arguments: [(.restart, "TERM"), (.halt, "USR1"), (.powerOff, "USR2")] as [(SystemRequest.End, String)])
  func others(_ end: SystemRequest.End, _ busybox: String) {
    #expect(InitProgram.busybox.way(to: SystemRequest(end, .orderly)) == .signal(signal(busybox)))
    #expect(InitProgram.busybox.way(to: SystemRequest(end, .forced)) == .kernel)
    #expect(InitProgram.container.way(to: SystemRequest(end, .orderly)) == .signal(.terminate))
    #expect(InitProgram.container.way(to: SystemRequest(end, .forced)) == .killRest)
    #expect(InitProgram.unknown.way(to: SystemRequest(end, .orderly)) == .none)
    #expect(InitProgram.unknown.way(to: SystemRequest(end, .forced)) == .none)
    for program in [InitProgram.busybox, .container, .unknown] {
      #expect(program.way(to: SystemRequest(end, .immediate)) == .kernel)
    }
  }
}
