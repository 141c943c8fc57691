import Sys
import Wire

extension SwctlCommand {
  /// `upgrade PROGRAM`: kthreadd and PID 1 go on as another swinit.
  @inline(never)
  mutating func upgrade() throws(Swctl.Trouble) -> Int32 {
    try takeOptions()
    guard words.count == 1 else {
      throw Swctl.Trouble(Swctl.Exit.usage, "upgrade needs the path of one program: swctl upgrade /path/to/swinit")
    }
    var path = words[0]
    if !path.text.hasPrefix("/"), let directory = Host.currentDirectory() {
      path = CString(copying: directory.text, Text("/"), path.text)
    }
    var connection = try SwctlConnection(environment)
    let reply = try connection.ask(.upgrade, path.text)
    guard reply.step == .none else {
      throw Swctl.Trouble(Swctl.Exit.failed, "'\(path)' \(reply.step.words): \(reply.error)")
    }
    try check(reply, path.text)
    return Swctl.Exit.done
  }
}
