public import Sys

/// An environment that is being put together for a program, environ(7). Order is kept; each name is there once.
public struct Environment {
  /// NAME=value, each with its NUL.
  public private(set) var variables: [CString] = []

  public init() {}

  /// The variables of an envp. Those without a '=' are kept too: they are somebody's.
  public init(_ vector: SpawnRequest.Vector) {
    var index = 0
    while let variable = vector[index] {
      variables.append(CString(UnsafePointer(variable)))
      index += 1
    }
  }

  /// The value of a variable.
  public func value(_ name: StaticString) -> CString? {
    index(of: Text(name)).map { variables[$0].dropFirst(Text(name).count + 1) }
  }

  /// Sets `NAME=value` in the place of a variable of that name, or at the end.
  public mutating func set(_ variable: CString) {
    let text = variable.text
    if let name = text.cut(at: UInt8(ascii: "="))?.before, let index = index(of: name) {
      variables[index] = variable
    } else {
      variables.append(variable)
    }
  }

  public mutating func set(_ name: StaticString, _ value: Text) {
    set(CString(copying: Text(name), Text("="), value))
  }

  public mutating func remove(_ name: StaticString) {
    if let index = index(of: Text(name)) { variables.remove(at: index) }
  }

  private func index(of name: Text) -> Int? {
    variables.firstIndex { variable in
      let bytes = UnsafeRawPointer(variable.pointer).assumingMemoryBound(to: UInt8.self)
      for (offset, byte) in name.bytes.enumerated() where bytes[offset] != byte { return false }
      return bytes[name.count] == UInt8(ascii: "=")
    }
  }

  /// A NULL-terminated copy for execve(2), in memory that is never given back.
  public func vector() -> SpawnRequest.Vector { Environment.vector(of: variables) }

  /// Words as a NULL-terminated vector for execve(2), in memory that is never given back.
  public static func vector(of words: [CString]) -> SpawnRequest.Vector {
    let vector = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: words.count + 1)
    for (index, word) in words.enumerated() { vector[index] = UnsafeMutablePointer(mutating: word.pointer) }
    vector[words.count] = nil
    return UnsafePointer(vector)
  }
}
