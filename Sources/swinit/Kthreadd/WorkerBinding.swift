import Sys
import Wire

extension WorkerStart {
  /// Binds this process as its definition says. One that is bound to one processor has that in its comm, as the kernel's threads do.
  static func bind(_ specification: Specification) throws(Errno) {
    guard let words = specification.processors else { return }
    try ProcessorSet(resolving: words).bind(.current)
    guard let only = ProcessorSet(words)?.only else { return }
    var name: Message = "\(specification.name)/\(only)"
    name.append(byte: 0)
    name.withBytes { bytes in
      Attributes.setName(CString(at: UnsafeRawPointer(bytes.baseAddress!).assumingMemoryBound(to: CChar.self)))
    }
  }
}
