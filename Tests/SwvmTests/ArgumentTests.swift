import Testing

@testable import swvm

/// What the words of a command line mean.
@Suite struct ArgumentTests {
  private func run(_ words: String...) throws -> RunCommand { try #require(try Swvm.parseAsRoot(["run"] + words) as? RunCommand) }

  @Test func optionsEndAtTheCommand() throws {
    #expect(try run("--memory", "1G", "ls", "-l", "--memory", "2G").words == ["ls", "-l", "--memory", "2G"])
    #expect(try run("--memory", "1G", "ls", "-l", "--memory", "2G").machine.memory == "1G")
    #expect(try run("--", "ls", "-v").machine.verbose == false)
    #expect(try run("-v", "ls").machine.verbose)
  }

  @Test func repeated() throws {
    let command = try run("--env", "A=1", "--mount", "/a:/b", "--env", "B=2", "--mount", "/c", "true")
    #expect(command.env == ["A=1", "B=2"] && command.machine.mount == ["/a:/b", "/c"])
  }

  @Test(arguments: [
    ("/usr:/srv", "/srv", Share.Access.readWrite), ("/usr:/srv:ro", "/srv", .readOnly), ("/usr:/srv:rw", "/srv", .readWrite),
    ("/usr", "/usr", .readWrite), ("/usr:ro", "/usr", .readOnly), ("/usr/../usr", "/usr", .readWrite),
  ]) func mount(_ word: String, _ guest: String, _ access: Share.Access) throws {
    let share = try Share(word, tag: "t")
    #expect(share.host == "/usr" && share.guest == guest && share.access == access)
  }

  @Test(arguments: ["", ":", "/no/such", "/etc/passwd:/x", "/usr:x", "/usr:/a:/b", "/usr:/"]) func badMount(_ word: String) {
    #expect(throws: Complaint.self) { try Share(word, tag: "t") }
  }

  @Test(arguments: [("1", 1), ("1.5s", 1.5), ("250ms", 0.25), ("2m", 120), ("1h", 3600)]) func duration(
    _ word: String, _ seconds: Double
  ) throws {
    #expect(try Duration.seconds(word) == seconds)
  }

  @Test(arguments: ["", "s", "0", "-1s", "5x", "soon"]) func badDuration(_ word: String) {
    #expect(throws: Complaint.self) { try Duration.seconds(word) }
  }

  @Test(arguments: [("512M", 512 << 20), ("2G", 2 << 30), ("300", 300 << 20), ("1g", 1 << 30)]) func memory(
    _ word: String, _ bytes: Int
  ) throws {
    #expect(try run("--memory", word, "true").machine.wishes().memory == bytes)
  }

  @Test(arguments: ["", "M", "0", "-5M", "1T", "x"]) func badMemory(_ word: String) throws {
    #expect(throws: Complaint.self) { try run("--memory=\(word)", "true").machine.wishes() }
  }

  @Test func versions() {
    let versions = ["6.1.0-9-amd64", "6.1.0-56-amd64", "6.1.0-56-cloud-amd64", "6.12.3-amd64", "10.0.1"]
    #expect(versions.shuffled().sorted(by: Version.isOlder) == versions)
  }
}
