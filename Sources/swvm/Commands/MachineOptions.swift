import ArgumentParser

/// What every machine can be told.
struct MachineOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Kernel: a file, a directory of swvm kernel fetch, or a version.", valueName: "FILE|VERSION"))
  var kernel: String?
  @Option(name: .customLong("init"), help: ArgumentHelp("swinit's static binary.", valueName: "FILE"))
  var initProgram: String?
  @Option(
    help: ArgumentHelp("The machine's root: host, a directory, a disk image or a cpio archive.", valueName: "DIR|IMAGE|host"))
  var rootfs: String?
  @Flag(name: .customLong("rw"), help: "The root can be written to, for good.")
  var isWritable = false
  @Flag(help: "What is written to the root goes into the machine's memory (as always with --rootfs host).")
  var overlay = false
  @Option(help: ArgumentHelp("A directory of the host's that the machine sees. Can be repeated.", valueName: "HOST:GUEST[:ro]"))
  var mount: [String] = []
  @Option(help: ArgumentHelp("How directories reach the machine: auto, virtiofs or 9p.", valueName: "KIND"))
  var share = "auto"
  @Option(help: ArgumentHelp("Memory, with M or G.", valueName: "SIZE"))
  var memory = "512M"
  @Option(help: ArgumentHelp("Processors.", valueName: "N"))
  var cpus = 1
  @Option(help: ArgumentHelp("Network: none or user.", valueName: "KIND"))
  var net = "none"
  @Flag(help: "The machine waits for gdb on 127.0.0.1:1234 before its first instruction.")
  var gdb = false
  @Option(help: ArgumentHelp("Kernel module to load. Can be repeated.", valueName: "NAME"))
  var module: [String] = []
  @Option(help: ArgumentHelp("More words for the kernel's command line.", valueName: "WORDS"))
  var append = ""
  @Flag(help: "Leave the kernel's own start as it is: slower, with everything in it.")
  var plain = false
  @Option(help: ArgumentHelp("kvm or tcg; otherwise KVM where it works.", valueName: "KIND"))
  var accel: String?
  @Option(help: ArgumentHelp("Architecture of the machine: x86_64.", valueName: "NAME"))
  var arch = "x86_64"
  @Option(help: ArgumentHelp("Seconds until the command has to run.", valueName: "SECONDS"))
  var bootTimeout: Double = 60
  @Flag(name: .shortAndLong, help: "Say what is done, and show the kernel's console.")
  var verbose = false
  @Option(
    help: ArgumentHelp(
      "Phases of the boot in milliseconds, as a line of JSON on standard error or in FILE.", valueName: "json[:FILE]"))
  var report: String?

  func wishes() throws(Complaint) -> MachinePlan.Wishes {
    guard arch == "x86_64" else { throw Complaint("--arch \(arch): machines are x86_64 here") }
    guard cpus >= 1, cpus <= 255 else { throw Complaint("--cpus \(cpus): expected 1 to 255") }
    guard let network = MachinePlan.Network(rawValue: net) else { throw Complaint("--net \(net): expected none or user") }
    guard let method = ShareMethod.Wish(rawValue: share) else {
      throw Complaint("--share \(share): expected auto, virtiofs or 9p")
    }
    var wishes = MachinePlan.Wishes()
    wishes.share = method
    wishes.kernel = kernel
    wishes.initProgram = initProgram
    wishes.rootfs = rootfs
    wishes.access = isWritable ? .readWrite : .readOnly
    wishes.overlay = overlay ? .wanted : .asUsual
    wishes.mounts = mount
    wishes.memory = try MachineOptions.size(memory)
    wishes.processors = cpus
    wishes.network = network
    wishes.debugger = gdb ? .awaited : .none
    wishes.modules = module
    wishes.append = append
    wishes.tuning = plain ? .plain : .fast
    if let accel {
      guard let kind = Accelerator(rawValue: accel) else { throw Complaint("--accel \(accel): expected kvm or tcg") }
      wishes.accelerator = kind
    }
    return wishes
  }

  private static func size(_ word: String) throws(Complaint) -> Int {
    let units: [Character: Int] = ["M": 20, "G": 30, "m": 20, "g": 30]
    let shift = word.last.flatMap { units[$0] }
    guard let number = Int(shift == nil ? word[...] : word.dropLast()), number > 0, number < 1 << 20 else {
      throw Complaint("--memory \(word): expected a size such as 512M or 2G")
    }
    return number << (shift ?? 20)
  }
}
