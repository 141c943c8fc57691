import Glibc
import Testing

/// --user, from the root's own /etc/passwd and /etc/group.
@Suite struct UserTests {
  private func root() throws -> Root {
    let root = try Root()
    try root.scratch.file(
      "etc/passwd",
      """
      root:x:0:0:root:/root:/bin/sh
      # a comment
      broken
      web:x:1001:1002:Web,,,:/srv/web:/bin/false
      nohome:x:1003:1003::/nope:
      last:x:1004:1005::/last:/bin/sh
      """)
    try root.scratch.file(
      "etc/group", "root:x:0:\nweb:x:1002:\nlogs:x:2001:other,web\nmedia:x:2002:web\nweblike:x:2003:webber,xweb\ndisk:x:6:\n")
    return root
  }

  /// A group that is named stands alone, as with docker's --user.
  @Test(
    arguments: [
      ("web", 1001, 1002, [1002, 2001, 2002]), ("1001", 1001, 1002, [1002, 2001, 2002]), ("web:disk", 1001, 6, [6]),
      ("web:77", 1001, 77, [77]), ("last", 1004, 1005, [1005]), ("root", 0, 0, [0]),
    ] as [(String, Int, Int, [Int])])
  func named(_ user: String, _ uid: Int, _ gid: Int, _ groups: [Int]) throws {
    let got = try root().run(["--user", user, "--", "/probe", "state"]).state()
    #expect(got.uids == [uid, uid, uid])
    #expect(got.gids == [gid, gid, gid])
    #expect(Set(got.groups).union([gid]) == Set(groups), "\(got.groups)")
  }

  /// Numbers need no entry.
  @Test func numbersWithoutAnEntry() throws {
    let got = try root().run(["--user", "4711:4712", "--", "/probe", "state"]).state()
    #expect(got.uids == [4711, 4711, 4711] && got.gids == [4712, 4712, 4712])
    #expect(Set(got.groups).isSubset(of: [4712]))
  }

  @Test func numbersWithoutAnyFile() throws {
    let root = try Root()
    #expect(try root.run(["--user", "4711:4712", "--", "/probe", "state"]).state().uids == [4711, 4711, 4711])
    let named = try root.run(["--user", "web", "--", "/probe", "state"])
    #expect(named.end == .code(2))
  }

  @Test func variables() throws {
    let got = try root().run(["--", "/probe", "state"], env: ["SWINIT_USER=web", "HOME=/root", "USER=root", "OTHER=1"]).state()
    #expect(got.variable("HOME") == "/srv/web")
    #expect(got.variable("USER") == "web")
    #expect(got.variable("LOGNAME") == "web")
    #expect(got.variable("OTHER") == "1")
    #expect(got.env.count { $0.hasPrefix("HOME=") } == 1)
  }

  /// Leaving root behind leaves its capabilities behind.
  @Test func capabilities() throws {
    let got = try root().run(["--user", "web", "--", "/probe", "state"]).state()
    #expect(got.capEff == "0000000000000000" && got.capPrm == "0000000000000000" && got.capAmb == "0000000000000000")
  }

  @Test func notPermitted() throws {
    let run = try root().run(["--user", "web", "--", "/probe", "state"], via: [["user", "4711"]])
    #expect(run.end != .code(0))
    #expect(run.out == "")
    #expect(run.said.count == 1)
  }

  /// Still root itself, swinit signals it and ends what it leaves.
  @Test func endOfAnotherUsersCommand() throws {
    let run = try root().run(["--user", "web", "--", "/probe", "leave", "7", "tells"])
    #expect(run.end == .code(7))
    #expect(run.out.contains("tells got 15\n"))
  }
}
