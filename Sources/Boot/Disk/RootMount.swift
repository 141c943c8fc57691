public import Sys

/// Mounts the root that was found, do_mount_root() and mount_block_root() of init/do_mounts.c, with mount(8)'s flags in rootflags=.
public struct RootMount {
  public struct Failure: Error {
    private let boxed: BoxedMessage
    public var message: Message { boxed.message }

    @inline(never)
    public init(_ message: Message) { boxed = BoxedMessage(message) }
  }

  private let options: MountOptions
  private let types: FileSystemTypeList
  private let access: BootParameters.Access

  public static let target: CString = "/sysroot"

  public init(_ parameters: BootParameters) throws(Failure) {
    access = parameters.access ?? .readOnly
    types = FileSystemTypeList(parameters.rootTypes)
    do throws(BadWord) {
      options = try MountOptions(parameters.rootFlags)
    } catch {
      throw Failure("rootflags=\(parameters.rootFlags): '\(error.word)': expected \(error.expected)")
    }
  }

  /// Mounts `source`, whose file system is `known` when its superblock says so.
  public func attach(_ source: CString, known: StaticString?) throws(Failure) {
    try? Directory.make(RootMount.target)
    let list = candidates(known)
    guard !list.isEmpty else { throw Failure("\(source) holds no file system that this kernel has, or that rootfstype= names") }
    var last = Errno.invalid
    // As the kernel: the whole list read-write where that was asked for, then the whole list read-only.
    for isReadOnly in access == .readOnly ? [true] : [false, true] {
      for type in list {
        var flags = options.flags
        if isReadOnly { flags.insert(.readOnly) } else { flags.remove(.readOnly) }
        do throws(Errno) {
          try Mount.attach(source, on: RootMount.target, type: type, flags: flags.rawValue, data: data)
          return
        } catch {
          last = error
          // These say "not this file system" or "not writable"; anything else would come again.
          guard error == .noAccess || error == .invalid || error == .noDevice || error == .readOnly else {
            throw Failure("cannot mount \(source) as \(type): \(error)")
          }
        }
      }
    }
    let tried: Message = list.count == 1 ? " as \(list[0])" : ""
    throw Failure("cannot mount \(source)\(tried): \(last)")
  }

  /// An empty tmpfs as the root.
  public func attachMemory() throws(Failure) {
    try? Directory.make(RootMount.target)
    do throws(Errno) {
      try Mount.attach("tmpfs", on: RootMount.target, type: "tmpfs", flags: options.flags.rawValue, data: data)
    } catch {
      throw Failure("cannot mount a tmpfs: \(error)")
    }
  }

  /// Puts a tmpfs over the root, which stays as it is below.
  public static func overlay() throws(Failure) {
    do throws(Errno) {
      try Directory.make("/overlay")
      try Mount.attach("tmpfs", on: "/overlay", type: "tmpfs", data: "mode=0755")
      for place: StaticString in ["/overlay/lower", "/overlay/upper", "/overlay/work"] {
        try Directory.make(CString(stringLiteral: place))
      }
      try Mount.move(target, to: "/overlay/lower")
      try Mount.attach(
        "overlay", on: target, type: "overlay", data: "lowerdir=/overlay/lower,upperdir=/overlay/upper,workdir=/overlay/work")
    } catch {
      throw Failure("cannot put an overlay over the root: \(error); the kernel may lack overlayfs")
    }
  }

  private var data: CString? { options.data.isEmpty ? nil : CString(copying: options.data) }

  /// rootfstype=, else what the superblock says, else what /proc/filesystems has for block devices.
  private func candidates(_ known: StaticString?) -> [CString] {
    var list: [CString] = []
    types.forEachName { list.append(CString(copying: $0)) }
    if !list.isEmpty { return list }
    if let known { return [CString(stringLiteral: known)] }
    FileDescriptor.text(of: "/proc/filesystems").forEachPart(separatedBy: UInt8(ascii: "\n")) { line in
      if line.hasPrefix("\t") { list.append(CString(copying: line.dropFirst())) }
    }
    return list
  }
}
