public import Sys

/// An environment that is being put together for a program, environ(7). Order is kept; each name is there once.
///
/// It is copied only when it is changed: a plain container passes the one that came in, and takes no memory for it.
public struct Environment {
  /// NAME=value, each with its NUL. Those without a '=' are kept too: they are somebody's.
  private enum Variables {
    case original(SpawnRequest.Vector)
    case changed([CString])
  }

  private var variables: Variables

  public init() { variables = .changed([]) }

  /// The variables of an envp.
  public init(_ vector: SpawnRequest.Vector) { variables = .original(vector) }

  /// How many variables there are.
  public var count: Int {
    switch variables {
    case .changed(let list): return list.count
    case .original(let vector):
      var count = 0
      while vector[count] != nil { count += 1 }
      return count
    }
  }

  /// One variable, `NAME=value`.
  public subscript(index: Int) -> CString {
    switch variables {
    case .changed(let list): list[index]
    // Within the count there is no NULL; the empty text never shows.
    case .original(let vector): vector[index].map { CString(at: UnsafePointer($0)) } ?? CString("")
    }
  }

  /// The value of a variable.
  public func value(_ name: StaticString) -> CString? {
    index(of: Text(name)).map { self[$0].dropFirst(Text(name).count + 1) }
  }

  /// Whether any variable's name begins with `prefix`.
  public func holds(namesFrom prefix: StaticString) -> Bool {
    for index in 0..<count where self[index].begins(with: Text(prefix)) { return true }
    return false
  }

  /// Sets `NAME=value` in the place of a variable of that name, or at the end.
  public mutating func set(_ variable: CString) {
    let place = variable.text.cut(at: UInt8(ascii: "=")).flatMap { index(of: $0.before) }
    var list = copy()
    if let place { list[place] = variable } else { list.append(variable) }
    variables = .changed(list)
  }

  public mutating func set(_ name: StaticString, _ value: Text) {
    set(CString(copying: Text(name), Text("="), value))
  }

  /// Removes every variable of this name.
  public mutating func remove(_ name: StaticString) {
    guard index(of: Text(name)) != nil else { return }
    var list = copy()
    list.removeAll { $0.isVariable(Text(name)) }
    variables = .changed(list)
  }

  private func index(of name: Text) -> Int? {
    for index in 0..<count where self[index].isVariable(name) { return index }
    return nil
  }

  private func copy() -> [CString] {
    guard case .original = variables else {
      guard case .changed(let list) = variables else { return [] }
      return list
    }
    var list: [CString] = []
    list.reserveCapacity(count + 8)
    for index in 0..<count { list.append(self[index]) }
    return list
  }

  /// NULL-terminated, as execve(2) takes it; a copy is in memory that is never given back.
  public func vector() -> SpawnRequest.Vector {
    switch variables {
    case .original(let vector): vector
    case .changed(let list): Environment.vector(of: list)
    }
  }

  /// Words as a NULL-terminated vector for execve(2), in memory that is never given back.
  public static func vector(of words: [CString]) -> SpawnRequest.Vector {
    let vector = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: words.count + 1)
    for (index, word) in words.enumerated() { vector[index] = UnsafeMutablePointer(mutating: word.pointer) }
    vector[words.count] = nil
    return UnsafePointer(vector)
  }
}

extension CString {
  /// Whether this is `name=…`. Reads no further than it has to.
  fileprivate func isVariable(_ name: Text) -> Bool {
    begins(with: name) && pointer[name.count] == CChar(UInt8(ascii: "="))
  }

  fileprivate func begins(with prefix: Text) -> Bool {
    for (offset, byte) in prefix.bytes.enumerated() where UInt8(bitPattern: pointer[offset]) != byte { return false }
    return true
  }
}
