extension Text {
  /// Whether these bytes are UTF-8, RFC 3629: shortest forms, no surrogates, nothing above U+10FFFF.
  public var isUTF8: Bool {
    var index = 0
    while index < count {
      let first = self[index]
      index += 1
      if first < 0x80 { continue }
      // How many bytes follow, and what the first of them may be.
      var rest = 1
      var least: UInt8 = 0x80
      var most: UInt8 = 0xBF
      switch first {
      case 0xC2...0xDF: break
      case 0xE0...0xEF:
        rest = 2
        if first == 0xE0 { least = 0xA0 }
        if first == 0xED { most = 0x9F }
      case 0xF0...0xF4:
        rest = 3
        if first == 0xF0 { least = 0x90 }
        if first == 0xF4 { most = 0x8F }
      default: return false
      }
      for _ in 0..<rest {
        guard index < count, self[index] >= least, self[index] <= most else { return false }
        index += 1
        least = 0x80
        most = 0xBF
      }
    }
    return true
  }
}
