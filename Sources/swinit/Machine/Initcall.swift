import Boot
import Sys

/// The steps of a system's start, in the order of their levels. What the first of all stands on (/dev, /proc, /sys) is there before: the
/// kernel command line, which these go by, is read from it.
enum Initcall: CaseIterable {
  case controlAltDelete
  case run, cgroup2
  case devpts, shm, descriptorLinks
  case hostName, loopback
  case deviceModules
  case tmp

  var level: InitcallLevel {
    switch self {
    case .controlAltDelete: .pure
    case .run, .cgroup2: .core
    case .devpts, .shm, .descriptorLinks: .postcore
    case .hostName, .loopback: .arch
    case .deviceModules: .subsys
    case .tmp: .fs
    }
  }

  /// As initcall_debug prints it and initcall_blacklist= takes it.
  var name: StaticString {
    switch self {
    case .controlAltDelete: "ctrl_alt_del"
    case .run: "mount_run"
    case .cgroup2: "mount_cgroup2"
    case .devpts: "mount_devpts"
    case .shm: "mount_shm"
    case .descriptorLinks: "dev_links"
    case .hostName: "hostname"
    case .loopback: "loopback"
    case .deviceModules: "device_modules"
    case .tmp: "mount_tmp"
    }
  }

  func call(_ start: Bootstrap) throws(Errno) {
    switch self {
    case .controlAltDelete: try Machine.takeControlAltDelete()
    case .run:
      try EarlyMount.run.attach()
      StateFile.publish(.scheduling)
    case .cgroup2: try EarlyMount.cgroup2.attach()
    case .devpts: try EarlyMount.devpts.attach()
    case .shm: try EarlyMount.shm.attach()
    case .descriptorLinks: EarlyMount.linkDescriptors()
    case .hostName: break // E
    case .loopback: try Machine.raiseLoopback()
    case .deviceModules: ModuleLoading.run(start)
    case .tmp: try EarlyMount.tmp.attach()
    }
  }
}
