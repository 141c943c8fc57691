import Sys

// Words for the tests, in memory that is never given back, as Text and CString want it; and back again.

public func text(_ string: String) -> Text { text(Array(string.utf8)) }

public func text(_ bytes: [UInt8]) -> Text {
  let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
  _ = memory.initialize(from: bytes)
  return Text(UnsafeBufferPointer(memory))
}

public func word(_ string: String) -> CString { CString(copying: text(string)) }

extension Text {
  public var string: String { String(decoding: bytes, as: UTF8.self) }
}

extension CString {
  public var string: String { text.string }
}

extension Message {
  public var bytes: [UInt8] { withBytes { Array($0) } }
  public var string: String { String(decoding: bytes, as: UTF8.self) }
}

/// A NULL-terminated vector, as execve(2) takes it.
public func vector(_ words: [String]) -> SpawnRequest.Vector {
  let vector = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: words.count + 1)
  for (index, string) in words.enumerated() { vector[index] = UnsafeMutablePointer(mutating: word(string).pointer) }
  vector[words.count] = nil
  return UnsafePointer(vector)
}

public func strings(_ vector: SpawnRequest.Vector?) -> [String]? {
  guard let vector else { return nil }
  var result: [String] = []
  while let pointer = vector[result.count] { result.append(CString(at: UnsafePointer(pointer)).string) }
  return result
}
