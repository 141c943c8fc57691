import Boot
import Sys

/// The steps of a system's start, in the order of their levels. What the first of all stands on (/dev, /proc, /sys) is there before: the
/// kernel command line, which these go by, is read from it.
enum Initcall: CaseIterable {
  case controlAltDelete
  case run, cgroup2
  case devpts, shm, descriptorLinks, runDirectories
  case hostName, loopback, clock
  case modulesLoad, deviceModules
  case remountRoot, fstab, tmp, swap
  case machineID, randomSeed, sysctl

  var level: InitcallLevel {
    switch self {
    case .controlAltDelete: .pure
    case .run, .cgroup2: .core
    case .devpts, .shm, .descriptorLinks, .runDirectories: .postcore
    case .hostName, .loopback, .clock: .arch
    case .modulesLoad, .deviceModules: .subsys
    case .remountRoot, .fstab, .tmp, .swap: .fs
    case .machineID, .randomSeed, .sysctl: .device
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
    case .runDirectories: "run_directories"
    case .hostName: "hostname"
    case .loopback: "loopback"
    case .clock: "clock"
    case .modulesLoad: "modules_load"
    case .deviceModules: "device_modules"
    case .remountRoot: "remount_root"
    case .fstab: "mount_fstab"
    case .tmp: "mount_tmp"
    case .swap: "swap_on"
    case .machineID: "machine_id"
    case .randomSeed: "random_seed"
    case .sysctl: "sysctl"
    }
  }

  /// nil: all of it was done.
  func call(_ start: Bootstrap) -> Errno? {
    let parameters = start.parameters
    let report: (SystemLine) -> Void = { start.log.tell($0) }
    do throws(Errno) {
      switch self {
      case .controlAltDelete: try Machine.takeControlAltDelete()
      case .run:
        try EarlyMount.run.attach()
        StateFile.publish(.scheduling)
      case .cgroup2: try EarlyMount.cgroup2.attach()
      case .devpts: try EarlyMount.devpts.attach()
      case .shm: try EarlyMount.shm.attach()
      case .descriptorLinks: EarlyMount.linkDescriptors()
      case .runDirectories: return RunDirectories.make(report)
      case .hostName: return HostName.apply(parameter: parameters.hostName, report)
      case .loopback: try NetworkInterface.loopback.raise()
      case .clock: return SystemClock.set(report)
      case .modulesLoad: return ModulesLoad.loadAll(parameters.modules, report)
      case .deviceModules: ModuleLoading.loadForDevices(start.log)
      case .remountRoot: return RootRemount(FstabMounter.read(report).0.root, parameters.access)?.apply(report)
      case .fstab:
        let (fstab, mistake) = FstabMounter.read(report)
        return FstabMounter(fstab, wait: parameters.wait).mountAll(report) ?? mistake
      case .tmp: try EarlyMount.tmp.attach()
      case .swap: return FstabMounter(FstabMounter.read { _ in }.0, wait: parameters.wait).turnSwapOn(report)
      case .machineID: return MachineID.settle(parameter: parameters.machineID, report)
      case .randomSeed: return RandomSeed.load(.stirred, report)
      case .sysctl: return Sysctl.applyAll(report)
      }
      return nil
    } catch {
      return error
    }
  }
}
