import Boot
import CSwvm
import Glibc

/// A machine that runs: QEMU, the daemons that show it directories, and the lines to them. All of it ends with this value.
final class Machine {
  let memory: GuestMemory
  /// The kernel's console.
  let console: Line
  /// What QEMU and the daemons say of themselves.
  let errors: Line
  /// Where the machine rings.
  let bell: Line
  /// Where it is rung at.
  let door: Line
  let emulator: Child
  private let daemons: [Child]

  static let emulatorName = "qemu-system-x86_64"

  init(_ plan: MachinePlan, request: [UInt8]) throws(Complaint) {
    let memory = try GuestMemory(bytes: plan.memory, initramfs: plan.initramfs.count)
    guard memory.window.prepare(request: request) == .done else { throw Complaint("the command is too long for a machine") }
    let archive = try Descriptor(cswvm_memory_file("initramfs"), "the initramfs")
    Bytes.writeAll(plan.initramfs, to: archive.number)
    let console = try Line(.both, "a pipe")
    let errors = try Line(.fromProgram, "a pipe")
    let bell = try Line(.fromProgram, "a pipe")
    let door = try Line(.both, "a pair of sockets")

    var words = Machine.words(plan, memory.kernelWords)
    var daemons: [Child] = []
    for (index, share) in Machine.shares(of: plan).enumerated() {
      switch plan.method {
      case .virtiofs(let daemon):
        let name = "swvm-\(getpid())-\(index)"
        let socket = try Descriptor(cswvm_listen(name), "a socket")
        daemons.append(
          try Child(
            daemon.words(for: share.host, socket: 3, access: share.access),
            descriptors: [-1, errors.program.number, errors.program.number, socket.number]))
        words += ["-chardev", "socket,id=share\(index),path=\(name),abstract=on,tight=on"]
        words += ["-device", "vhost-user-fs-\(Machine.suffix(plan)),chardev=share\(index),tag=\(share.tag)"]
      case .ninep:
        let access = share.access == .readOnly ? ",readonly=on" : ""
        words += [
          "-fsdev", "local,id=share\(index),path=\(Machine.escaped(share.host)),security_model=none,multidevs=remap\(access)",
        ]
        words += ["-device", "virtio-9p-\(Machine.suffix(plan)),fsdev=share\(index),mount_tag=\(share.tag)"]
      case nil: break
      }
    }
    emulator = try Child(
      words,
      descriptors: [
        -1, errors.program.number, errors.program.number, bell.program.number, door.program.number, memory.file.number,
        archive.number, console.program.number,
      ])
    self.daemons = daemons
    self.memory = memory
    self.console = console
    self.errors = errors
    self.bell = bell
    self.door = door
  }

  private static func shares(of plan: MachinePlan) -> [Share] {
    if case .shared(let root) = plan.root { [root] + plan.shares } else { plan.shares }
  }

  /// The kind of virtio device that this board takes.
  private static func suffix(_ plan: MachinePlan) -> String { plan.board == .pc ? "pci" : "device" }

  /// A comma ends a value of QEMU's.
  private static func escaped(_ path: String) -> String {
    path.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
  }

  private static func words(_ plan: MachinePlan, _ place: [String]) -> [String] {
    let board =
      switch plan.board {
      case .bare: "microvm,acpi=off,auto-kernel-cmdline=off"
      case .micro: "microvm,auto-kernel-cmdline=off"
      case .pc: "q35"
      }
    var words = [
      emulatorName, "-machine", "\(board),memory-backend=ram", "-accel", plan.accelerator.rawValue, "-cpu",
      plan.accelerator == .kvm ? "host" : "max",
    ]
    words += [
      "-object", "memory-backend-file,id=ram,share=on,mem-path=/proc/self/fd/5,size=\(plan.memory)", "-m",
      "\(plan.memory >> 20)M",
    ]
    words += ["-smp", "\(plan.processors)", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
    words += ["-global", "virtio-mmio.force-legacy=false"]
    words += ["-chardev", "socket,id=console,fd=7", "-serial", "chardev:console"]
    words += ["-chardev", "socket,id=door,fd=4", "-device", "isa-serial,index=1,chardev=door"]
    words += [
      "-chardev", "file,id=bell,path=/proc/self/fd/3", "-device",
      "isa-debugcon,iobase=0x\(String(HostWindow.bell, radix: 16)),chardev=bell",
    ]
    if case .disk(let disk) = plan.root {
      let mode = disk.access == .readOnly ? ",snapshot=on" : ""
      words += ["-drive", "if=none,id=root,format=\(disk.format.rawValue),file=\(escaped(disk.path))\(mode)"]
      words += ["-device", "virtio-blk-\(suffix(plan)),drive=root"]
    }
    if plan.network == .user { words += ["-netdev", "user,id=net", "-device", "virtio-net-\(suffix(plan)),netdev=net"] }
    if plan.debugger == .awaited { words += ["-gdb", "tcp:127.0.0.1:1234", "-S"] }
    words += ["-kernel", plan.kernel.image, "-initrd", "/proc/self/fd/6"]
    return words + ["-append", (plan.kernelWords + place).joined(separator: " ")]
  }
}
