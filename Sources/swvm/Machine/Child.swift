import CSwvm
import Glibc

/// A program that swvm has started for a machine. It does not outlive swvm, whatever ends that.
final class Child {
  let name: String
  let process: pid_t

  /// - Parameter descriptors: what the program finds as 0, 1, 2…; -1: /dev/null.
  init(_ words: [String], descriptors: [Int32]) throws(Complaint) {
    name = Files.name(of: words[0])
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for word in arguments { free(word) } }
    let result = cswvm_spawn(&arguments, descriptors, Int32(descriptors.count))
    guard result > 0 else {
      throw Complaint(
        -result == ENOENT ? "there is no \(name) here; is it installed?" : "cannot start \(name): \(Failure.text(-result))")
    }
    process = result
  }

  deinit {
    kill(process, SIGKILL)
    while waitpid(process, nil, 0) < 0, errno == EINTR {}
  }

  /// Whether it has ended by itself, and how; its status stays to be waited for.
  var hasEnded: Bool {
    var info = siginfo_t()
    return waitid(P_PID, id_t(process), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_signo == SIGCHLD
  }
}
