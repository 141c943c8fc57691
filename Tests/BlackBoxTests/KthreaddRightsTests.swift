import Foundation
import Glibc
import Testing

/// Who may use the control socket. swctl runs as other users inside the container, where the socket is.
@Suite struct KthreaddRightsTests {
  /// What swctl says to somebody: with the groups of setpriv(1).
  private func ctl(_ it: Supervised, _ who: [String], _ words: [String]) throws -> Supervised.Answer {
    let marker = "\(it.scratch.path)/\(UUID().uuidString)"
    let command = (["setpriv"] + who + ["\(it.scratch.path)/swctl"] + words).joined(separator: " ")
    try it.ctl("run", "asks", "--wait", "--", "sh", "-c", "\(command) >\(marker).out 2>\(marker).err; echo $? >\(marker).code")
    let code = try String(contentsOfFile: "\(marker).code", encoding: .utf8).trimmingCharacters(in: .newlines)
    return .init(
      code: Int32(code) ?? -1, out: try String(contentsOfFile: "\(marker).out", encoding: .utf8),
      err: try String(contentsOfFile: "\(marker).err", encoding: .utf8))
  }

  private static let stranger = ["--reuid=65534", "--regid=65534", "--clear-groups"]
  /// By the effective group, and by a supplementary one of many.
  private static let members = [
    ["--reuid=65534", "--regid=4242", "--clear-groups"],
    ["--reuid=65534", "--regid=65534", "--groups=" + (Array(1000...1100) + [4242]).map(String.init).joined(separator: ",")],
  ]

  private func mode(_ it: Supervised) -> (mode_t, gid_t) {
    var status = stat()
    stat(it.control, &status)
    return (status.st_mode & 0o777, status.st_gid)
  }

  @Test(arguments: members) func membersMayControl(_ who: [String]) throws {
    let it = try Supervised(["-S", "--control-group", "4242"])
    #expect(mode(it) == (0o660, 4242))
    for round in 0..<2 {
      let name = "theirs\(round)"
      let answer = try ctl(it, who, ["run", name, "--", Place.probe, "hold"])
      #expect(answer.code == 0, "\(answer)")
      #expect(try ctl(it, who, ["status", name]).out.hasPrefix("\(name): running"))
      #expect(try ctl(it, who, ["stop", name]).code == 0)
      // Another kthreadd knows the group too.
      try it.killKthreadd()
    }
    #expect(try ctl(it, Self.stranger, ["list"]).code == 77)
  }

  /// Names are of /etc/group; the variable does the same.
  @Test func byNameAndVariable() throws {
    let group = try #require(getgrnam("adm")?.pointee.gr_gid)
    let it = try Supervised(["-S"], env: ["SWINIT_CONTROL_GROUP=adm"])
    #expect(mode(it) == (0o660, group))
    #expect(try ctl(it, ["--reuid=65534", "--regid=\(group)", "--clear-groups"], ["list"]).code == 0)
  }

  @Test func withoutAGroupNobodyElseMay() throws {
    let it = try Supervised()
    #expect(mode(it) == (0o600, 0))
    for who in [Self.stranger] + Self.members {
      let answer = try ctl(it, who, ["list"])
      #expect(answer.code == 77)
      #expect(
        answer.err == "swctl: cannot reach kthreadd: Permission denied; only root, swinit's own user and its control group may\n")
    }
  }

  /// Whom the socket's mode does not keep away kthreadd refuses itself; one line tells of many.
  @Test func strangersAreRefusedByKthreadd() throws {
    let it = try Supervised(["-S", "--control-group=4242"])
    let stranger = Self.stranger + ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    let answer = try ctl(it, stranger, ["list"])
    #expect(answer.code == 77)
    #expect(answer.err == "swctl: refused: only root, swinit's own user and its control group may control workers\n")
    try it.session.line("swinit: refused a request of user 65534 (process ", on: .err)
    for _ in 0..<20 { #expect(try ctl(it, stranger, ["list"]).code == 77) }
    #expect(it.session.text(.err).matches(of: /refused/).count == 1)
    #expect(try ctl(it, Self.members[1], ["list"]).code == 0)
  }

  @Test(arguments: ["nosuch", "", "4294967295", "-1"]) func badGroups(_ word: String) throws {
    let run = try Session.run(["-S", "--control-group=\(word)", "--", "true"], program: Place.swinit)
    #expect(run.end == .code(2))
    #expect(
      run.err.hasPrefix("swinit: bad value '\(word)' for --control-group: expected a group of /etc/group or a number"),
      "\(run.err)")
    #expect(run.err.split(separator: "\n").count == 1)
  }
}
