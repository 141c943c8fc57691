import Sys
import Wire

/// The file that a worker's lines go to, and those that it was renamed to when it was full: PATH, PATH.1, PATH.2 …
struct LogFile {
  let path: Text
  /// How long it may become.
  let limit: UInt64
  /// How many of the renamed ones stay.
  let kept: Int

  /// nil where this worker's output goes elsewhere.
  init?(_ specification: Specification) {
    guard specification.output == .file, let path = specification.outputPath else { return nil }
    let kept = specification.logFiles.map { Int($0) } ?? Specification.standardLogFiles
    self.init(path: path, limit: specification.logSize ?? .max, kept: kept)
  }

  init(path: Text, limit: UInt64, kept: Int) {
    self.path = path
    self.limit = limit
    self.kept = kept
  }

  /// Lines that are to be written together, and where each of them ends.
  struct Batch {
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int] = []

    mutating func add(_ line: [UInt8]) {
      bytes.append(contentsOf: line)
      bytes.append(UInt8(ascii: "\n"))
      ends.append(bytes.count)
    }

    mutating func removeAll() {
      bytes.removeAll(keepingCapacity: true)
      ends.removeAll(keepingCapacity: true)
    }

    func start(of line: Int) -> Int { line == 0 ? 0 : ends[line - 1] }
  }

  /// How many lines from `first` on a file of `size` bytes has room for. One that is too long for any file goes into an empty one.
  func room(in size: UInt64, for batch: Batch, from first: Int) -> Int {
    let start = batch.start(of: first)
    var count = 0
    while first + count < batch.ends.count {
      let (sum, overflow) = size.addingReportingOverflow(UInt64(batch.ends[first + count] - start))
      guard (!overflow && sum <= limit) || (size == 0 && count == 0) else { break }
      count += 1
    }
    return count
  }

  /// Writes the lines, and begins a new file where one is full. Returns how many were written, and why not all: a line is there whole or
  /// not at all.
  func write(_ batch: Batch) -> (lines: Int, error: Errno?) {
    var done = 0
    do throws(Errno) {
      // Each round writes a line at least, or empties the file, which somebody else may fill again meanwhile.
      for _ in 0...batch.ends.count * 2 where done < batch.ends.count {
        let name = name(0)
        defer { name.pointer.deallocate() }
        let file = try LineFile(appendingTo: name)
        let count = file.kind == .regular ? room(in: file.size, for: batch, from: done) : batch.ends.count - done
        if count == 0 {
          try rotate(file)
          continue
        }
        let start = batch.start(of: done)
        let result = batch.bytes.withUnsafeBufferPointer {
          file.add(UnsafeBufferPointer(rebasing: $0[start..<batch.ends[done + count - 1]]))
        }
        guard let error = result.error else {
          done += count
          continue
        }
        let first = done
        while batch.ends[done] <= start + result.count { done += 1 }
        // The half of a line that there was room for.
        let whole = batch.start(of: done) - batch.start(of: first)
        if result.count > whole, file.kind == .regular { try? file.cut(to: file.size + UInt64(whole)) }
        throw error
      }
      return (done, done < batch.ends.count ? .busy : nil)
    } catch {
      return (done, error)
    }
  }

  /// Every file gets the next number, and what has one that is too high goes.
  private func rotate(_ file: borrowing LineFile) throws(Errno) {
    guard kept > 0 else { return try file.cut(to: 0) }
    for number in stride(from: kept - 1, through: 0, by: -1) {
      let old = name(number)
      let new = name(number + 1)
      defer {
        old.pointer.deallocate()
        new.pointer.deallocate()
      }
      do throws(Errno) { try Directory.rename(old, to: new) } catch { if error != .noEntry { throw error } }
    }
    // More of them were kept once.
    for number in kept + 1...LogFile.mostKept + 1 {
      let name = name(number)
      defer { name.pointer.deallocate() }
      guard (try? Directory.remove(name)) != nil else { return }
    }
  }

  static let mostKept = 100

  /// The path of the file of this number; 0 is the one that is written to. It is the caller's to give back.
  @inline(never)
  func name(_ number: Int) -> CString {
    let suffix: Message = number > 0 ? ".\(number)" : ""
    return suffix.withBytes { CString(copying: path, Text($0)) }
  }
}
