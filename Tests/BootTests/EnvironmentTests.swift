import TestSupport
import Testing

@testable import Boot
@testable import Sys

@Suite struct EnvironmentTests {
  @Test func keepsOrderAndWhatHasNoEqualsSign() {
    let words = ["B=2", "A=1", "odd", "", "=x", "C="]
    #expect(strings(Environment(vector(words)).vector()) == words)
    #expect(strings(Environment().vector()) == [])
  }

  @Test func values() {
    let environment = Environment(vector(["AB=0", "A=1", "C=", "D=x=y", "odd"]))
    #expect(environment.value("A")?.string == "1")
    #expect(environment.value("AB")?.string == "0")
    #expect(environment.value("C")?.string == "")
    #expect(environment.value("D")?.string == "x=y")
    #expect(environment.value("B") == nil)
    #expect(environment.value("odd") == nil)
    #expect(environment.value("a") == nil)
  }

  @Test func setReplacesInPlaceOrAppends() {
    var environment = Environment(vector(["A=1", "B=2"]))
    environment.set(word("A=3"))
    environment.set("C", text("4"))
    environment.set("B", text(""))
    environment.set(word("odd"))
    #expect(strings(environment.vector()) == ["A=3", "B=", "C=4", "odd"])
  }

  @Test func remove() {
    var environment = Environment(vector(["AB=0", "A=1", "B=2"]))
    environment.remove("A")
    environment.remove("Z")
    #expect(strings(environment.vector()) == ["AB=0", "B=2"])
  }

  @Test func aNameThatWasThereTwice() {
    var environment = Environment(vector(["A=1", "A=2"]))
    environment.remove("A")
    #expect(environment.value("A") == nil)
    #expect(environment.count == 0)
  }
}
