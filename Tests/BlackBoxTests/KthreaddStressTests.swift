import Foundation
import Glibc
import Testing

/// SIGKILL of kthreadd at random moments under load: nothing is lost, nothing is done twice, and every exit status is known.
///
/// 20 kills; as many as SWINIT_KILLS says where it is set. PID 1 starts ten in a burst and one a second behind that, so a hundred take two
/// minutes.
@Suite(.serialized) struct KthreaddStressTests {
  private static let kills = ProcessInfo.processInfo.environment["SWINIT_KILLS"].flatMap { Int($0) } ?? 20

  /// What the load has asked for.
  private final class Ledger: @unchecked Sendable {
    private let lock = NSLock()
    private var isOver = false
    private var numbers: [Int] = []
    private var complaints: [String] = []

    func next() -> Int? {
      lock.withLock {
        if isOver { return nil }
        numbers.append(numbers.count)
        return numbers.count - 1
      }
    }
    func complain(_ text: String) { lock.withLock { complaints.append(text) } }
    func end() { lock.withLock { isOver = true } }
    var all: (count: Int, complaints: [String]) { lock.withLock { (numbers.count, complaints) } }
  }

  @Test func killedAtRandomMoments() throws {
    // Its command is run by several threads, each with a process of its own.
    nonisolated(unsafe) let it = try Supervised()
    let ledger = Ledger()
    for number in 0..<4 { try it.ctl("run", "long\(number)", "-p", "Restart=always", "--", Place.probe, "hold") }
    try it.ctl("create", "created", "--", "echo", "woken")
    let before = try it.all().map(\.pid)
    let group = DispatchGroup()
    for _ in 0..<3 {
      DispatchQueue.global().async(group: group) {
        while let number = ledger.next() {
          let file = "\(it.scratch.path)/\(number)"
          let code = Int32(number % 7)
          do {
            let answer = try it.ctl("run", "w\(number)", "--", "sh", "-c", "echo x >> \(file); exit \(code)")
            if answer.code != 0 { ledger.complain("run w\(number): \(answer)") }
            let end = try it.ctl("wait", "w\(number)")
            if end.code != code { ledger.complain("wait w\(number), \(code): \(end)") }
            if number % 2 == 0 { usleep(20000) }
          } catch { ledger.complain("w\(number): \(error)") }
        }
      }
    }
    var random = SystemRandomNumberGenerator()
    var done = 0
    while done < Self.kills {
      usleep(UInt32.random(in: 500...80000, using: &random))
      guard let kthreadd = it.kthreadd, kill(kthreadd, SIGKILL) == 0 else { continue }
      done += 1
      try it.session.eventually("its end") { it.kthreadd != kthreadd }
    }
    ledger.end()
    group.wait()
    try it.untilServed()
    let (count, complaints) = ledger.all
    #expect(complaints == [])
    #expect(count >= Self.kills, "there was load")
    for number in 0..<count {
      #expect(try it.scratch.read("\(number)") == "x\n", "w\(number) has run once")
      #expect(try it.ctl("wait", "w\(number)").code == Int32(number % 7), "w\(number): its status is known")
    }
    let after = try it.all()
    #expect(after.count == count + 5)
    #expect(after.prefix(5).map(\.pid) == before, "who ran still runs, and who was created is there")
    #expect(try it.ctl("wake", "created").code == 0)
    try it.session.line("created | woken")
    // Neither a process nor a descriptor is left over.
    try it.session.eventually("only those who run") {
      children(of: it.session.pid).count + children(of: try #require(it.kthreadd)).count == 6
    }
    #expect(try it.stop().end == .code(143))
  }
}
