import Sys

/// The device that a line of fstab(5) names.
struct FstabSource {
  enum Form {
    /// Found among the block devices.
    case device(RootSpecification)
    /// Named as it is: tmpfs, a virtiofs tag, a server's directory, what is bound.
    case plain
  }

  let form: Form
  private let source: CString

  init(_ entry: Fstab.Entry) throws(BadWord) {
    source = entry.source
    let word = source.text
    let isTag = word.hasPrefix("UUID=") || word.hasPrefix("LABEL=") || word.hasPrefix("PARTUUID=") || word.hasPrefix("PARTLABEL=")
    guard entry.options.form == .fileSystem, isTag || word.hasPrefix("/dev/") else {
      form = .plain
      return
    }
    do throws(BadWord) { form = .device(try RootSpecification(word)) } catch {
      // /dev/mapper/a-very-long-name and links that udev makes are what they are: a path.
      guard !isTag else { throw error }
      form = .plain
    }
  }

  /// Its path; nil while it is not there.
  func find(_ kind: FstabOptions.Kind) -> CString? {
    guard case .device(let specification) = form else {
      return source.text.hasPrefix("/dev/") && (try? FileStatus(of: source)) == nil ? nil : source
    }
    if source.text.hasPrefix("/dev/"), (try? FileStatus(of: source))?.isBlockDevice == true { return source }
    return (kind == .swap ? RootFinder.swap(specification) : RootFinder(specification).find())?.node
  }

  /// As `find`, again at each of the kernel's uevents until `deadline`.
  func find(_ kind: FstabOptions.Kind, until deadline: Instant, _ events: borrowing Uevents) -> CString? {
    while true {
      if let device = find(kind) { return device }
      guard Instant.now < deadline else { return nil }
      _ = events.wait(until: deadline)
    }
  }
}
