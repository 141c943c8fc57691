/// What the machine is asked to run, as the window holds it.
struct CommandRequest {
  var words: [String] = []
  var variables: [String] = []
  var user: String?
  var directory: String?
  /// Seconds.
  var timeout: Double?
  var shares: [Share] = []
  var terminal: (rows: UInt16, columns: UInt16)?
  var network = MachinePlan.Network.none
  var kernelLog = KernelLog.kept

  enum KernelLog {
    case kept, sent
  }

  /// NAME=VALUE, each with a NUL behind it.
  var bytes: [UInt8] {
    var records = words.map { "arg=\($0)" } + variables.map { "env=\($0)" }
    if let user { records.append("user=\(user)") }
    if let directory { records.append("chdir=\(directory)") }
    if let timeout { records.append("timeout=\(Int((timeout * 1000).rounded(.up)))ms") }
    for share in shares { records.append("mount=\(share.tag):\(share.guest)" + (share.access == .readOnly ? ":ro" : "")) }
    if let terminal { records.append("terminal=\(terminal.rows)x\(terminal.columns)") }
    if network == .user { records.append("net=user") }
    if kernelLog == .sent { records.append("log=sent") }
    records.append("hostname=swvm")
    var bytes: [UInt8] = []
    for record in records { bytes += Array(record.utf8) + [0] }
    return bytes
  }
}
