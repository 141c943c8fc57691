import Sys

/// Descriptors that PID 1 keeps beside processes, each plus one (0: none), one behind the other: what its next execution gets of them.
struct KeptNumbers {
  let start: UnsafeMutablePointer<Int32>
  /// One more than the highest place in use.
  let count: Int

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count * MemoryLayout<Int32>.stride) }

  /// They are there for the next program, or not.
  func pass(_ inheritance: FileDescriptor.Inheritance) {
    for place in 0..<count where start[place] > 0 { FileDescriptor.set(start[place] - 1, inheritance) }
  }
}

extension InitState.Taken {
  /// What comes next of what is kept, in the order that it was written in.
  mutating func read(_ size: Int, into memory: UnsafeMutableRawPointer) throws(Errno) {
    guard let bytes = FileDescriptor.read(from: file, at: UInt64(offset), count: size) else { throw .badMessage }
    bytes.withUnsafeBytes { if size > 0 { memory.copyMemory(from: $0.baseAddress!, byteCount: size) } }
    offset += size
  }
}
