import Glibc

/// What a machine is to be, all of it decided: nothing has been started yet.
struct MachinePlan {
  enum Board {
    /// microvm without ACPI: no bus at all, the fastest.
    case bare
    /// microvm with ACPI, which tells the kernel of its virtio devices.
    case micro
    /// q35, with PCI.
    case pc
  }

  enum Network: String {
    case none, user
  }

  enum Debugger {
    case none
    /// QEMU waits for gdb on port 1234.
    case awaited
  }

  let kernel: Kernel
  let board: Board
  let accelerator: Accelerator
  let memory: Int
  let processors: Int
  let root: Root
  let shares: [Share]
  let method: ShareMethod?
  let network: Network
  let debugger: Debugger
  let initramfs: [UInt8]
  let kernelWords: [String]
  /// In swvm's words, for -v.
  let summary: String

  /// Everything that is asked for of a machine.
  struct Wishes {
    var kernel: String?
    var initProgram: String?
    var rootfs: String?
    var access = Share.Access.readOnly
    var overlay = Overlay.asUsual
    var mounts: [String] = []
    var memory = 512 << 20
    var processors = 1
    var share = ShareMethod.Wish.auto
    var network = Network.none
    var debugger = Debugger.none
    var modules: [String] = []
    var append = ""
    var tuning = Tuning.fast
    var accelerator: Accelerator?
    var logsInitcalls = InitcallLog.none
  }

  enum Overlay {
    /// For the host's root, so that everything can be written; for others when asked for.
    case asUsual
    case wanted
  }

  enum Tuning {
    /// The kernel does without what a machine of a second's life has no use for.
    case fast
    case plain
  }

  enum InitcallLog {
    case none, kept
  }

  init(_ wishes: Wishes) throws(Complaint) {
    kernel = try Kernel.find(wishes.kernel)
    let initProgram = try Init.find(wishes.initProgram)
    root = try Root.find(wishes.rootfs, wishes.access)
    var mounts: [Share] = []
    for (index, word) in wishes.mounts.enumerated() { mounts.append(try Share(word, tag: "mount\(index)")) }
    shares = mounts
    memory = wishes.memory
    processors = wishes.processors
    network = wishes.network
    debugger = wishes.debugger
    accelerator = wishes.accelerator ?? Accelerator.here.accelerator

    // What the machine needs of its kernel.
    let isShared = if case .shared = root { true } else { false }
    let isDisk = if case .disk = root { true } else { false }
    let isHost = if case .shared(let share) = root { share.host == "/" } else { false }
    let overlays = wishes.overlay == .wanted || (isHost && wishes.access == .readOnly)
    let needsModules = isShared || !mounts.isEmpty || overlays || wishes.network == .user || !wishes.modules.isEmpty || isDisk
    let index: KernelModules? = if needsModules, let place = kernel.modules { try KernelModules(place) } else { nil }
    var names: [String] = []
    let usesDevices = isShared || !mounts.isEmpty || wishes.network == .user || isDisk
    if !usesDevices {
      board = .bare
    } else if index?.has("virtio_mmio") ?? true {
      board = .micro
      names.append("virtio_mmio")
    } else {
      board = .pc
      names.append("virtio_pci")
    }
    method = isShared || !mounts.isEmpty ? try ShareMethod.choose(index, wishes.share) : nil
    if let method { names += method.modules }
    var kernelRoot: [String] = []
    switch root {
    case .shared(let share):
      kernelRoot = ["root=\(share.tag)", "rootfstype=\(method?.type ?? "")", share.access == .readWrite ? "rw" : "ro"]
      if case .ninep = method { kernelRoot.append("rootflags=trans=virtio,version=9p2000.L,msize=512000,cache=mmap") }
    case .disk(let disk):
      names.append("virtio_blk")
      if let type = disk.fileSystem, let index, index.has(type) { names.append(type) }
      kernelRoot = ["root=\(disk.device)", disk.access == .readWrite ? "rw" : "ro"]
    case .archive: break
    }
    if overlays {
      names.append("overlay")
      kernelRoot.append("swinit.overlay")
    }
    if wishes.network == .user { names.append("virtio_net") }
    names += wishes.modules

    var archive = try Initramfs(initProgram: initProgram)
    var modules: [KernelModules.Module] = []
    if let index, let place = kernel.modules {
      guard let release = kernel.release else {
        throw Complaint("it cannot be told of which version \(kernel.image) is; a file 'version' beside it says so")
      }
      modules = try index.closure(of: names)
      try archive.add(modules, from: place, release: release, index: index, signatures: wishes.tuning == .fast ? .left : .kept)
    }
    var bytes = archive.finish()
    if case .archive(let path) = root { bytes = try Bytes.contents(of: path) + bytes }
    initramfs = bytes

    var words = ["console=ttyS0", "reboot=t", "panic=-1", "loglevel=4"]
    if wishes.tuning == .fast {
      words += ["noreplace-smp", "cryptomgr.notests", "init_on_alloc=0", "random.trust_cpu=on"]
      words.append(
        "initcall_blacklist=init_kprobe_trace,load_system_certificate_list,init_encrypted,crypto_kdf108_init,slab_sysfs_init,init_ima"
      )
    }
    // Without it the kernel measures the clock against a timer that this board does not have, and may stop there.
    if accelerator == .tcg, board == .micro, let clock = MachinePlan.clock {
      words.append("tsc_early_khz=\(clock)")
      // Nor is there one that it could be watched by.
      if wishes.tuning == .fast { words.append("tsc=reliable") }
    }
    if wishes.logsInitcalls == .kept {
      words += ["initcall_debug", "log_buf_len=4M", "trace_event=initcall:initcall_level", "tp_printk"]
    }
    words += kernelRoot
    if !modules.isEmpty { words.append("swinit.modules=\(modules.map(\.name).joined(separator: ","))") }
    kernelWords = words + wishes.append.split(separator: " ").map(String.init)
    let boardName =
      switch board {
      case .bare: "microvm"
      case .micro: "microvm with ACPI"
      case .pc: "q35"
      }
    summary =
      "\(boardName), \(wishes.accelerator == nil ? Accelerator.here.reason : accelerator.rawValue), \(kernel.image)"
      + (method.map { ", \($0.type)" } ?? "")
  }

  /// The host's clock in kHz, which is the machine's too where QEMU translates.
  private static var clock: Int? {
    guard let text = try? Bytes.contents(of: "/proc/cpuinfo") else { return nil }
    for line in String(decoding: text, as: UTF8.self).split(separator: "\n") where line.hasPrefix("cpu MHz") {
      return line.split(separator: ":").last.flatMap { Double($0.drop { $0 == " " }) }.map { Int($0 * 1000) }
    }
    return nil
  }
}
