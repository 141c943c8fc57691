import Foundation

/// What `probe state` says that it got.
struct CommandState: Codable, Equatable {
  var pid, ppid, pgrp, sid: Int32
  var umask, nice: Int
  var fds: [String: String]
  var argv, env: [String]
  var blocked, ignored, pending: [Int32]
  var cwd: String
  var limits: [String]
  var uids, gids, groups: [Int]
  /// The foreground group of the controlling terminal; -1 when there is none.
  var ttyPgrp: Int32
  var noNewPrivs, securebits, timerslack, dumpable, pdeathsig, subreaper: Int
  var capEff, capPrm, capInh, capBnd, capAmb, cpus, oomScoreAdj: String
  /// Read back with libcap and libsystemd; absent in the static probe.
  var libcap: String?
  var sdListenFds: Int?
  var sdWatchdog: Int64?

  init(line: String) throws {
    guard let start = line.firstIndex(of: "{"), let stop = line[start...].firstIndex(of: "\n") else {
      throw Trouble("no state in: \(line)")
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(CommandState.self, from: Data(line[start..<stop].utf8))
  }

  func variable(_ name: String) -> String? {
    env.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
  }
}
