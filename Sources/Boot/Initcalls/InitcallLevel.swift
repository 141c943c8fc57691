/// The kernel's eight initcall levels, in their order; init.h. A level begins when all of the one before has run.
public enum InitcallLevel: CaseIterable, Sendable {
  /// What depends on nothing: this process itself.
  case pure
  /// The file systems that everything else stands on.
  case core
  /// What is on these: terminals, links.
  case postcore
  /// The machine: its name, its clock, its loopback interface.
  case arch
  /// Modules.
  case subsys
  /// The root as it is to be, and what fstab says.
  case fs
  /// What needs files that can be written.
  case device
  /// The last before the consoles.
  case late

  public var name: StaticString {
    switch self {
    case .pure: "pure"
    case .core: "core"
    case .postcore: "postcore"
    case .arch: "arch"
    case .subsys: "subsys"
    case .fs: "fs"
    case .device: "device"
    case .late: "late"
    }
  }
}
