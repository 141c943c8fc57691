import Glibc

/// The program that is the machine's init: swinit's static binary.
enum Init {
  /// --init, $SWVM_INIT, what lies beside swvm, what is in PATH.
  static func find(_ word: String?) throws(Complaint) -> String {
    if let word = word ?? Files.variable("SWVM_INIT") {
      try check(word)
      return word
    }
    let own = Files.real("/proc/self/exe").map(Files.parent) ?? "/"
    for path in ["\(own)/swinit", "\(own)/../lib/swvm/swinit"] where Files.kind(of: path) == .regular && (try? check(path)) != nil
    { return path }
    guard let path = Files.program("swinit") else {
      throw Complaint("there is no swinit beside swvm or in PATH; --init names it")
    }
    try check(path)
    return path
  }

  /// An ELF file that needs no loader: there is none in the machine when it starts.
  private static func check(_ path: String) throws(Complaint) {
    let bytes = try Bytes.contents(of: path)
    guard bytes.count > 64, bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else {
      throw Complaint("\(path) cannot be the machine's init: it is no program")
    }
    func number(_ offset: Int, _ size: Int) -> Int {
      guard offset >= 0, offset + size <= bytes.count else { return 0 }
      return (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
    let headers = number(32, 8)
    for index in 0..<number(56, 2) where number(headers + index * number(54, 2), 4) == 3 {
      throw Complaint("\(path) cannot be the machine's init: it needs a dynamic loader; the static build is wanted")
    }
  }
}
