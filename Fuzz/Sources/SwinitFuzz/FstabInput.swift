@testable import Boot
import Sys

/// Any bytes as /etc/fstab, and as a line of /proc/self/mountinfo. Each line is an entry, a comment or a mistake, and all that is to be
/// mounted is in the plan, once.
enum FstabInput {
  static func run(_ file: Text) {
    let fstab = Fstab(file)
    let plan = fstab.mountPlan
    let wanted = fstab.entries.count { !$0.isSwap && !$0.isRoot && $0.options.start == .automatic }
    claim(plan.count == wanted, "\(plan.count) of \(wanted) are to be mounted")
    claim(Set(plan.map(\.line)).count == plan.count, "one is mounted twice")
    for entry in plan {
      claim(entry.target.text.hasPrefix("/"), "a directory")
      _ = try? FstabSource(entry)
    }
    _ = fstab.swaps
    _ = fstab.root
    _ = MountInfo(file)
  }
}
