/// Why swvm itself cannot do what it was asked for: one line, and exit code 125.
struct Complaint: Error {
  static let exitCode: Int32 = 125

  let text: String
  init(_ text: String) { self.text = text }

  func say() { StandardError.write("swvm: \(text)\n") }
}
