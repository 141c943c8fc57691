public import Sys

/// /etc/passwd and /etc/group, read without NSS: passwd(5), group(5).
public struct UserDatabase {
  private let passwd: Text
  private let group: Text

  public init(passwd: Text, group: Text) {
    self.passwd = passwd
    self.group = group
  }

  /// Who a command runs as.
  public struct Account {
    public var user: UInt32
    public var group: UInt32
    /// Supplementary groups, the main one among them.
    public var groups: [UInt32]
    /// nil for a number that /etc/passwd does not hold.
    public var name: Text?
    public var home: Text?
  }

  /// Reads `NAME|UID[:GROUP|GID]`. A name wins over a number. A uid without an entry has group 0, as in container runtimes; with a
  /// group named there are no supplementary groups, for the same reason.
  public func account(_ word: Text) throws(BadWord) -> Account {
    let (userWord, groupWord): (Text, Text?) = word.cut(at: UInt8(ascii: ":")).map { ($0.before, $0.after) } ?? (word, nil)
    var account = try user(userWord)
    if let groupWord {
      account.group = try groupID(groupWord)
      account.groups = [account.group]
    }
    return account
  }

  private func user(_ word: Text) throws(BadWord) -> Account {
    let number = UserDatabase.id(word)
    var found: Account?
    UserDatabase.forEachLine(of: passwd) { fields in
      guard let user = UserDatabase.id(fields[2]), let group = UserDatabase.id(fields[3]) else { return }
      let named = fields[0] == word
      guard named || (found == nil && number == user) else { return }
      guard found?.name.map({ $0 == word }) != true else { return }
      found = Account(user: user, group: group, groups: [group], name: fields[0], home: fields[5])
    }
    if var account = found {
      if let name = account.name { account.groups += supplementaryGroups(of: name, besides: account.group) }
      return account
    }
    guard let number else { throw BadWord(word, expected: "a user of /etc/passwd or a number") }
    return Account(user: number, group: 0, groups: [0], name: nil, home: nil)
  }

  private func supplementaryGroups(of name: Text, besides main: UInt32) -> [UInt32] {
    var result: [UInt32] = []
    UserDatabase.forEachLine(of: group) { fields in
      guard let id = UserDatabase.id(fields[2]), id != main, !result.contains(id) else { return }
      var isMember = false
      fields[3].forEachPart(separatedBy: UInt8(ascii: ",")) { if $0 == name { isMember = true } }
      if isMember { result.append(id) }
    }
    return result
  }

  /// Reads `NAME|GID`.
  public func groupID(_ word: Text) throws(BadWord) -> UInt32 {
    var found: UInt32?
    UserDatabase.forEachLine(of: group) { fields in
      if found == nil, fields[0] == word { found = UserDatabase.id(fields[2]) }
    }
    guard let id = found ?? UserDatabase.id(word) else { throw BadWord(word, expected: "a group of /etc/group or a number") }
    return id
  }

  /// -1 means "no change" to setresuid(2), so it is no id.
  private static func id(_ word: Text) -> UInt32? { word.decimal(upTo: Int(UInt32.max) - 1).map { UInt32($0) } }

  /// The fields of each line, at least seven (missing ones are empty).
  private static func forEachLine(of file: Text, _ body: (InlineArray<7, Text>) -> Void) {
    file.forEachPart(separatedBy: UInt8(ascii: "\n")) { line in
      guard !line.isEmpty else { return }
      var fields = InlineArray<7, Text>(repeating: Text(""))
      var index = 0
      line.forEachPart(separatedBy: UInt8(ascii: ":")) { field in
        if index < 7 { fields[index] = field }
        index += 1
      }
      if !fields[0].isEmpty { body(fields) }
    }
  }
}
