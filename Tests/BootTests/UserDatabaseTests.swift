import TestSupport
import Testing

@testable import Boot
@testable import Sys

@Suite struct UserDatabaseTests {
  private let database = UserDatabase(
    passwd: text(
      """
      root:x:0:0:root:/root:/bin/sh
      app:x:1000:1000:App:/home/app:/bin/sh
      bad:x:abc:1:::
      short:x:7
      minus:x:-1:0::/:
      huge:x:4294967296:0::/:
      all:x:4294967295:0::/:
      1000:x:77:78::/numeric:
      twin:x:1000:5::/twin:
      app:x:9:9::/second:

      ::::::
      +::::::
      nohome:x:11:12
      colons:x:13:14:a:/c:/bin/sh:more:and more
      last:x:21:22::/last:
      """),
    group: text(
      """
      root:x:0:
      app:x:1000:
      wheel:x:10:root,app
      docker:x:999:app
      wheel2:x:10:app
      almost:x:55:apps,ap,xapp
      bad:x:zz:app
      4:x:44:app
      """))

  private func said(_ word: String) throws -> String {
    let account = try database.account(text(word))
    let groups = account.groups.map { "\($0)" }.joined(separator: ",")
    return "\(account.user):\(account.group) [\(groups)] \(account.name?.string ?? "-") \(account.home?.string ?? "-")"
  }

  @Test(
    arguments: [
      ("root", "0:0 [0,10] root /root"), ("0", "0:0 [0,10] root /root"), ("app", "1000:1000 [1000,10,999,44] app /home/app"),
      ("1000", "77:78 [78] 1000 /numeric"), ("77", "77:78 [78] 1000 /numeric"), ("12345", "12345:0 [0] - -"),
      ("4294967294", "4294967294:0 [0] - -"),
      ("app:wheel", "1000:10 [10] app /home/app"), ("app:10", "1000:10 [10] app /home/app"),
      ("app:4", "1000:44 [44] app /home/app"),
      ("app:12345", "1000:12345 [12345] app /home/app"), ("12345:docker", "12345:999 [999] - -"), ("0:0", "0:0 [0] root /root"),
      ("nohome", "11:12 [12] nohome "),
      ("colons", "13:14 [14] colons /c"), ("last", "21:22 [22] last /last"), ("00", "0:0 [0,10] root /root"),
      ("5:4294967294", "5:4294967294 [4294967294] - -"),
    ] as [(String, String)])
  func valid(_ word: String, _ expected: String) throws { #expect(try said(word) == expected) }

  @Test(
    arguments: [
      ("nosuch", "nosuch"), ("bad", "bad"), ("short", "short"), ("minus", "minus"), ("huge", "huge"), ("all", "all"),
      ("-1", "-1"), ("4294967295", "4294967295"),
      ("4294967296", "4294967296"), ("99999999999999999999999", "99999999999999999999999"), ("app:nosuch", "nosuch"),
      ("app:-1", "-1"),
      ("app:4294967295", "4294967295"), ("app:bad", "bad"), ("app:", ""), (":wheel", ""), ("", ""), (":", ""),
      ("app:wheel:x", "wheel:x"), ("App", "App"), ("+", "+"),
      ("0x0", "0x0"), (" app", " app"),
    ] as [(String, String)])
  func invalid(_ word: String, _ named: String) {
    let error = #expect(throws: BadWord.self) { try database.account(text(word)) }
    #expect(error.map { $0.word == text(named) } == true)
  }

  @Test func emptyFiles() throws {
    let none = UserDatabase(passwd: text(""), group: text(""))
    let account = try none.account(text("5:6"))
    #expect(account.user == 5 && account.group == 6 && account.groups == [6] && account.name == nil)
    #expect(throws: BadWord.self) { try none.account(text("root")) }
  }
}
