/// What is measured: an init, or nothing between the harness and the payload.
struct Subject: Named, Equatable {
  /// Whether a subject is PID 1 of a pid namespace of its own.
  enum Place: String, CaseIterable {
    case pid1, child
  }

  /// The name in the tables, and argv[0].
  let name: String
  /// The file that is executed; nil for `bare`.
  var path: String?
  /// What it needs so that it does the job of an init although it is not PID 1.
  let subreaperOption: String?

  static let swinit = "swinit"
  static let bare = "bare"
  /// The peer that the ratios are to.
  static let reference = "tini-static"

  /// The columns of the table, in this order.
  static let names = [swinit, reference, "tini", "dumb-init", "catatonit", bare]

  /// The subject as a copy of its file in `directory`. Another process that runs the same file would share its pages, which halves
  /// the PSS, and a build might replace it during the run.
  func copied(to directory: String) throws(BenchError) -> Subject {
    guard let path else { return self }
    var copy = self
    copy.path = "\(directory)/\(name)"
    try Files.copy(path, to: "\(directory)/\(name)")
    return copy
  }

  /// The file to execute and its arguments, for this payload.
  func invocation(of payload: Payload, in place: Place, options: [String] = []) -> (file: String, arguments: [String]) {
    let command = [payload.path] + payload.arguments
    guard let path else { return (payload.path, command) }
    let subreaper = place == .child ? subreaperOption.map { [$0] } ?? [] : []
    return (path, [name] + subreaper + options + ["--"] + command)
  }

  /// The subjects that are on this machine, and the names of those that are not.
  static func find(swinit path: String) -> (present: [Subject], missing: [String]) {
    var present: [Subject] = []
    var missing: [String] = []
    for name in names {
      let file = name == swinit ? Files.absolute(path) : Files.search(name)
      if name != bare && file == nil {
        missing.append(name == swinit ? "\(name) (\(path))" : name)
      } else {
        present.append(Subject(name: name, path: name == bare ? nil : file, subreaperOption: name.hasPrefix("tini") ? "-s" : nil))
      }
    }
    return (present, missing)
  }
}
