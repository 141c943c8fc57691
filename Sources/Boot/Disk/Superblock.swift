public import Sys

/// Which file system a block device holds, and what it is called: what `blkid -p` prints, for those that a root is made of.
///
/// It says how a file system wants to be found, not whether it is sound: that is for the kernel to say, when it mounts it.
public struct Superblock {
  public let type: FileSystemType
  /// As blkid prints it: lower case, with hyphens; vfat's is `ABCD-0123`. Empty where there is none.
  public let uuid: [UInt8]
  /// Without blanks at its end; vfat's in the code page of whoever wrote it. Empty where there is none.
  public let label: [UInt8]

  /// UUID=: the whole of it, in upper or lower case.
  public func matchesUUID(_ wanted: Text) -> Bool {
    !uuid.isEmpty && wanted.count == uuid.count && wanted.bytes.elementsEqual(uuid) { asciiLowercase($0) == asciiLowercase($1) }
  }

  /// LABEL=: byte for byte.
  public func matchesLabel(_ wanted: Text) -> Bool { !label.isEmpty && wanted.bytes.elementsEqual(label) }

  /// The file system on `disk`; nil for none that is known here.
  ///
  /// Reads at most three times 64 KiB, but for the root directory of a vfat, where its label stands: 1 MiB of that.
  public static func read(_ disk: DiskBytes) throws(SuperblockError) -> Superblock? {
    let count = Int(min(disk.size, 4096))
    guard count >= 512 else { return nil }
    guard let head = disk.window(at: 0, count: count) else { throw .unreadable(offset: 0) }

    var search = Search()
    search.take { () throws(SuperblockError) in try xfs(head, disk) }
    search.take { () throws(SuperblockError) in try squashfs(head) }
    search.take { () throws(SuperblockError) in try ext(head.part(1024, 1024)) }
    search.take { () throws(SuperblockError) in try erofs(head.part(1024, 128), disk) }
    search.take { () throws(SuperblockError) in try vfat(head, disk) }
    search.take { () throws(SuperblockError) in try btrfs(disk) }
    return try search.result()
  }

  /// A sound superblock counts before a damaged one: the rest of what was there before may still stand around. Two sound ones are for
  /// a person to decide.
  private struct Search {
    private var found: Superblock?
    private var fault: SuperblockError?
    private var isAmbiguous = false

    mutating func take(_ probe: () throws(SuperblockError) -> Superblock?) {
      do throws(SuperblockError) {
        guard let superblock = try probe() else { return }
        if let first = found {
          fault = .ambiguous(first.type, superblock.type)
          isAmbiguous = true
        } else {
          found = superblock
        }
      } catch {
        if !isAmbiguous, fault == nil { fault = error }
      }
    }

    func result() throws(SuperblockError) -> Superblock? {
      if let fault, isAmbiguous || found == nil { throw fault }
      return found
    }
  }

  static func isPowerOfTwo(_ value: UInt32, from low: UInt32, to high: UInt32) -> Bool {
    value >= low && value <= high && value & (value - 1) == 0
  }
}

/// A file system that is found by its UUID or label.
public enum FileSystemType: Sendable {
  case ext2, ext3, ext4, xfs, btrfs, vfat, squashfs, erofs

  /// What mount(2) takes, and what stands in /proc/filesystems.
  public var name: StaticString {
    switch self {
    case .ext2: "ext2"
    case .ext3: "ext3"
    case .ext4: "ext4"
    case .xfs: "xfs"
    case .btrfs: "btrfs"
    case .vfat: "vfat"
    case .squashfs: "squashfs"
    case .erofs: "erofs"
    }
  }
}

/// Why a device's file system cannot be told.
public enum SuperblockError: Error {
  case unreadable(offset: UInt64)
  /// The mark is there; the text says what about the rest is wrong.
  case damaged(FileSystemType, StaticString)
  /// Two file systems, of which one must be left over.
  case ambiguous(FileSystemType, FileSystemType)

  /// Fits behind "/dev/vda1: ".
  public var message: Message {
    switch self {
    case .unreadable(let offset): "cannot be read at byte \(Int64(clamping: offset))"
    case .damaged(let type, let fault): "its \(type.name) superblock is damaged: \(fault)"
    case .ambiguous(let one, let other):
      "it holds a superblock of \(one.name) and one of \(other.name): name the device and rootfstype= instead"
    }
  }
}

func asciiLowercase(_ byte: UInt8) -> UInt8 { byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte }
