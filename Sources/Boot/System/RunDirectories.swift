public import Sys

/// What programs expect in /run, which is empty at each start: hier(7).
///
/// /var/run and /var/lock are links of the distribution's, and /etc/mtab one to /proc: they are left as they are.
public enum RunDirectories {
  public static func make(_ report: (SystemLine) -> Void) -> Errno? {
    do throws(Errno) {
      // Everybody puts locks there, and nobody takes another's away.
      try Directory.make("/run/lock")
      try Directory.setMode(of: "/run/lock", 0o1777)
      return nil
    } catch {
      report(.failure("cannot make /run/lock: \(error)"))
      return error
    }
  }
}
