import Foundation
import Glibc

/// A line of /proc/PID/status, without its name.
func status(_ pid: pid_t, _ name: String) -> String? {
  guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else { return nil }
  return text.split(separator: "\n").first { $0.hasPrefix("\(name):") }?
    .dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
}

/// The children of a process, zombies included.
func children(of pid: pid_t) -> [pid_t] {
  let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
  return text.split(separator: " ").compactMap { pid_t($0) }
}

/// The children by name and state, for messages.
func processes(under pid: pid_t) -> String {
  children(of: pid).map { "\($0) \(status($0, "Name") ?? "?") \(status($0, "State") ?? "?")" }.joined(separator: ", ")
}

func target(_ link: String) -> String? { try? FileManager.default.destinationOfSymbolicLink(atPath: link) }

/// Where a process's descriptors lead.
func descriptors(of pid: pid_t) throws -> [Int: String] {
  var found: [Int: String] = [:]
  for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd") {
    guard let number = Int(name), let to = target("/proc/\(pid)/fd/\(name)") else { continue }
    found[number] = to
  }
  return found
}
