import Sys

/// What `--help` writes to standard output.
enum Help {
  static func show() throws(Errno) {
    try write(
      """
      Usage: swinit [options] [--] [command [arguments…]]

      Runs a command as its child and is the PID 1 that it needs: forwards signals, reaps
      orphans, ends what is left over in order, and exits with the command's code.
      Options end at the first word that is not one. Without a command it looks for an
      init as the kernel does: rdinit=, init=, /sbin/init, /etc/init, /bin/init, /bin/sh.

      Options, and the variables that do the same (for `docker run --init`):

      """)
    for option in NativeOption.allCases where option.isOffered { try show(option.description) }
    try write(
      """

      TIME is 5s, 500ms, 2m, 1h, a bare number of seconds, or infinity.
      SIG is a name (TERM, SIGTERM, RTMIN+3) or a number.

      Exit codes: the command's own; 128+n when signal n ended it; 127 command not found,
      126 found but not executable, 2 bad usage, 70 a fault in swinit itself.

      Started by the name tini, docker-init, dumb-init, catatonit or podman-init, it takes
      the options of that program, and these variables on top.

      Examples:
        ENTRYPOINT ["/swinit", "--"]                      in a Dockerfile
        swinit --rewrite TERM:QUIT nginx -g 'daemon off;'  stop nginx gracefully
        swinit --drain 5s --exit-map 143:0 ./server        behind a load balancer
        swinit --pre './migrate.sh' --user app ./server    as root first, then as app

      """)
  }

  private static func write(_ text: StaticString) throws(Errno) { try StandardStream.output.write(Text(text).bytes) }

  /// A line of the option, its variable, and its help below.
  private static func show(_ option: NativeOption.Description) throws(Errno) {
    var line: Message = "  "
    if let letter = option.letter {
      line.append("-")
      line.append(byte: letter)
      line.append(", ")
    }
    line.append(contentsOf: "--\(option.name)")
    if let value = option.value { line.append(contentsOf: " \(value)") }
    if let variable = option.variable {
      while line.count < 36 { line.append(" ") }
      line.append(variable)
      if option.value == nil { line.append("=1") }
    }
    line.append(contentsOf: "\n        \(option.help)\n")
    try line.write(to: .output)
  }
}
