/// Who is measured together: the columns of a table, in their order, and the parts that they have in it.
struct Lineup {
  let names: [String]
  /// Whose value the ratios are to where nothing else is said.
  let reference: String
  /// Nothing between the harness, or the kernel, and the payload.
  let bare: String
  /// Columns that are no other project's init, besides swinit and `bare`.
  var others: [String] = []

  /// Another project's init.
  func isPeer(_ name: String) -> Bool { name != Subject.swinit && name != bare && !others.contains(name) }

  static let containers = Lineup(names: Subject.names, reference: Subject.reference, bare: Subject.bare)
}
