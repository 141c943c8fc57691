import Boot
import Sys

/// What a tool wrote onto an image that was all zeros, as far as it was recorded, and what blkid and partx said of it.
struct DiskImage {
  let size: Int
  /// With @ for the image's name.
  let command: String
  /// `blkid -p -o export`.
  let blkid: String
  /// `partx -g -o NR,START,SECTORS,UUID,TYPE,NAME`.
  let partx: String
  /// Lines of an offset and the bytes there, in hexadecimal.
  let rows: String

  var contents: Contents { Contents(size: size, rows: rows) }

  /// The value of a word of blkid's, without its backslashes.
  func blkidValue(_ name: String) -> String {
    let line = blkid.split(separator: "\n").first { $0.hasPrefix(name + "=") }
    return line.map { $0.dropFirst(name.count + 1).filter { $0 != "\\" } } ?? ""
  }

  struct Contents {
    var size: Int
    private(set) var pages: [Int: [UInt8]] = [:]
    static let page = 512

    init(size: Int, rows: String = "") {
      self.size = size
      for line in rows.split(separator: "\n") {
        let words = line.split(separator: " ")
        let digits = Array(words[1].utf8)
        let starts = stride(from: 0, to: digits.count, by: 2)
        let bytes = starts.map { Contents.digit(digits[$0]) << 4 | Contents.digit(digits[$0 + 1]) }
        set(bytes, at: Int(words[0], radix: 16)!)
      }
    }

    private static func digit(_ byte: UInt8) -> UInt8 { byte < 0x3A ? byte - 0x30 : byte - 0x57 }

    /// The offsets that hold something.
    var used: [Int] {
      pages.keys.sorted().flatMap { key in
        pages[key]!.indices.lazy.filter { pages[key]![$0] != 0 }.map { key * Contents.page + $0 }
      }
    }

    subscript(offset: Int) -> UInt8 {
      get { pages[offset / Contents.page]?[offset % Contents.page] ?? 0 }
      set {
        pages[offset / Contents.page, default: [UInt8](repeating: 0, count: Contents.page)][offset % Contents.page] = newValue
      }
    }

    mutating func set(_ bytes: [UInt8], at offset: Int) {
      for (index, byte) in bytes.enumerated() { self[offset + index] = byte }
    }

    mutating func set(_ value: some FixedWidthInteger, at offset: Int) {
      withUnsafeBytes(of: value.littleEndian) { set(Array($0), at: offset) }
    }

    func bytes(_ offset: Int, _ count: Int) -> [UInt8] {
      var result: [UInt8] = []
      result.reserveCapacity(count)
      var position = offset
      while position < offset + count {
        let within = position % Contents.page
        let piece = min(Contents.page - within, offset + count - position)
        if let page = pages[position / Contents.page] {
          result += page[within..<within + piece]
        } else {
          result += repeatElement(0, count: piece)
        }
        position += piece
      }
      return result
    }

    var disk: DiskBytes {
      DiskBytes(size: UInt64(size)) { [self] offset, count in
        precondition(offset + UInt64(count) <= UInt64(size), "a parser read over the end")
        return bytes(Int(offset), count)
      }
    }

    /// As `disk`, counting what is read.
    func counted(_ counter: Counter) -> DiskBytes {
      DiskBytes(size: UInt64(size)) { [self] offset, count in
        counter.reads += 1
        counter.bytes += count
        return bytes(Int(offset), count)
      }
    }
  }

  final class Counter {
    var reads = 0
    var bytes = 0
  }
}
