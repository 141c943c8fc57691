@testable import Sys

// Words for the tests, in memory that is never given back, as Text and CString want it; and back again.

func text(_ string: String) -> Text { text(Array(string.utf8)) }

func text(_ bytes: [UInt8]) -> Text {
  let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
  _ = memory.initialize(from: bytes)
  return Text(UnsafeBufferPointer(memory))
}

func word(_ string: String) -> CString { CString(copying: text(string)) }

extension Text {
  var string: String { String(decoding: bytes, as: UTF8.self) }
}

extension CString {
  var string: String { text.string }
}

extension Message {
  var bytes: [UInt8] { withBytes { Array($0) } }
  var string: String { String(decoding: bytes, as: UTF8.self) }
}
