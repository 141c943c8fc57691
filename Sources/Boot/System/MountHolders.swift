public import Sys

/// Who keeps a mount busy: every process that has something of its file system, be it by another mount of the same. Allocates nothing.
public struct MountHolders {
  /// Fits behind "Device or resource busy": "; held by less[12] (open file), sh[13] (working directory)".
  public private(set) var message = Message()
  private var count = 0

  /// So many are named.
  static let limit = 6
  /// So many processes are looked at, and so many open files of each.
  private static let processes = 4096

  /// st_dev is not what mountinfo says for a subvolume of btrfs: both count.
  @inline(never)
  public init(of mount: MountInfo, at path: CString) {
    let status = try? FileStatus(of: path)
    let own = status.map { status in
      let (major, minor) = DeviceNode.parts(of: status.device)
      return DeviceNumber(major: major, minor: minor)
    }
    let device = mount.device
    self.init { $0 == device || $0 == own }
  }

  init(_ isWanted: (DeviceNumber) -> Bool) {
    guard var table = ProcessTable() else { return }
    for _ in 0..<MountHolders.processes {
      guard let entry = table.next() else { break }
      guard entry.state == .alive else { continue }
      let use = ProcessFiles.use(of: entry.process) { isWanted(DeviceNumber(major: $0.major, minor: $0.minor)) }
      guard let use else { continue }
      count += 1
      if count <= MountHolders.limit { name(entry, use) }
    }
    if count > MountHolders.limit { message.append(contentsOf: " and \(count - MountHolders.limit) more") }
    if count == 0 { message.append("; no process holds it: a mount, a swap file or a loop device on it does") }
  }

  private mutating func name(_ entry: ProcessTable.Entry, _ use: ProcessFiles.Use) {
    message.append(count == 1 ? "; held by " : ", ")
    entry.name.withText { message.append(word: $0) }
    message.append(contentsOf: "[\(entry.process)] (\(use.text))")
  }
}
