import Sys
import Wire

/// What definitions say of each other, looked at before any of them begins: an order that leads back to itself would have each wait for
/// the others for ever.
struct DefinitionOrder {
  private enum Mark: Sendable { case new, open, done }

  private(set) var definitions: [Specification]
  private var marks: [Mark]
  private let log: Log

  init(_ definitions: [Specification], _ log: Log) {
    self.definitions = definitions
    self.log = log
    marks = [Mark](repeating: .new, count: definitions.count)
    for index in definitions.indices { tellMissing(index) }
    for index in definitions.indices where marks[index] == .new { visit(index) }
  }

  /// What is required may still be made by swctl.
  private func tellMissing(_ index: Int) {
    for name in definitions[index].requires where find(name) == nil {
      let worker = definitions[index].name
      log.warning("worker '\(worker)' requires '\(name)', which is not defined: it waits until there is one")
    }
  }

  /// Follows an order to its begin, and takes out what leads back to where it came from.
  private mutating func visit(_ index: Int) {
    marks[index] = .open
    for name in definitions[index].after + definitions[index].requires {
      guard let other = find(name) else { continue }
      switch marks[other] {
      case .new: visit(other)
      case .open: cut(index, name)
      case .done: break
      }
    }
    marks[index] = .done
  }

  private mutating func cut(_ index: Int, _ name: Text) {
    definitions[index].after.removeAll { $0 == name }
    definitions[index].requires.removeAll { $0 == name }
    let worker = definitions[index].name
    log.warning("worker '\(worker)' is to come after '\(name)', which is to come after it: not obeyed")
  }

  private func find(_ name: Text) -> Int? {
    for index in definitions.indices where definitions[index].name == name { return index }
    return nil
  }
}
