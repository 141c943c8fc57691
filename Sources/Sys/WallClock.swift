import CSys

/// The time of day, CLOCK_REALTIME, in seconds since 1970.
public enum WallClock {
  public static var now: Int64 {
    var value = timespec()
    return clock_gettime(CLOCK_REALTIME, &value) < 0 ? 0 : Int64(value.tv_sec)
  }

  /// clock_settime(2).
  public static func set(_ seconds: Int64) throws(Errno) {
    var value = timespec()
    value.tv_sec = numericCast(seconds)
    _ = try checkCall(clock_settime(CLOCK_REALTIME, &value))
  }

  /// settimeofday(2) with a zone and no time, past libc, which leaves the zone out. The first call of a boot moves the clock by
  /// that much: it had been set from a hardware clock that runs on local time.
  public static func setZone(minutesWest: Int32) throws(Errno) {
    var zone = (minutesWest, Int32(0))
    let result = withUnsafeMutableBytes(of: &zone) { csys_call(SYS_settimeofday, 0, Int(bitPattern: $0.baseAddress), 0, 0, 0) }
    _ = try check(result)
  }

  /// How far local time is from UTC now, by /etc/localtime: localtime(3).
  public static var minutesWest: Int32 {
    var seconds = time_t(now)
    var local = tm()
    guard localtime_r(&seconds, &local) != nil else { return 0 }
    return -Int32(truncatingIfNeeded: (Int64(timegm(&local)) - Int64(seconds)) / 60)
  }

  /// When a file was changed last, stat(2) st_mtime.
  public static func modification(of path: CString) throws(Errno) -> Int64 {
    var status = stat()
    _ = try checkCall(stat(path.pointer, &status))
    return Int64(status.st_mtim.tv_sec)
  }

  /// utimensat(2): a file was changed now.
  public static func touch(_ path: CString) throws(Errno) { _ = try checkCall(utimensat(AT_FDCWD, path.pointer, nil, 0)) }
}
