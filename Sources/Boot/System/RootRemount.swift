public import Sys

/// The root as it is to be from now on: the kernel has mounted it read-only for fsck(8), mostly.
///
/// Its line in /etc/fstab decides, where no `ro` means rw, as systemd-remount-fs(8) has it; without one `rw` or `ro` on the kernel's
/// command line; without either it stays as it is.
public struct RootRemount {
  public let flags: MountFlags
  public let data: CString?
  private let origin: Origin

  private enum Origin {
    case fstab(line: Int), commandLine
  }

  public init?(_ entry: Fstab.Entry?, _ access: BootParameters.Access?) {
    if let entry {
      (flags, data, origin) = (entry.options.flags, entry.options.data, .fstab(line: entry.line))
    } else if let access {
      (flags, data, origin) = (access == .readOnly ? .readOnly : [], nil, .commandLine)
    } else {
      return nil
    }
  }

  /// mount(2) MS_REMOUNT. When the file system refuses its options, it is asked without them: a root that can be written is worth more.
  public func apply(_ report: (SystemLine) -> Void) -> Errno? {
    do throws(Errno) {
      try Mount.remount("/", flags: flags.rawValue, data: data)
      return nil
    } catch {
      report(.failure(message(error)))
      if data != nil { try? Mount.remount("/", flags: flags.rawValue) }
      return error
    }
  }

  @inline(never)
  private func message(_ error: Errno) -> Message {
    let how: StaticString = flags.contains(.readOnly) ? "read-only" : "read-write"
    let options: Message = data.map { " with '\($0)'" } ?? ""
    return switch origin {
    case .fstab(let line): "\(Fstab.path):\(line): cannot remount / \(how)\(options): \(error)"
    case .commandLine: "kernel command line: cannot remount / \(how): \(error)"
    }
  }
}
