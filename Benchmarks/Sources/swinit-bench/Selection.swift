import ArgumentParser

/// The figures to measure.
struct Selection: ExpressibleByArgument {
  let names: [String]

  /// Words with commas between them.
  init?(argument: String) {
    names = argument.split(separator: ",").map(String.init)
    guard !names.isEmpty else { return nil }
  }

  /// Throws for a word that is no figure's name.
  func validate(against known: [String]) throws {
    for name in names where !known.contains(name) {
      throw ValidationError("There is no figure '\(name)'; there are: \(known.joined(separator: ", ")).")
    }
  }
}
