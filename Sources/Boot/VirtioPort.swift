public import Sys

/// A port of a virtio console, by the name that its host gave it. udev makes links of these names; here is none.
public enum VirtioPort {
  /// The device of the port, /dev/vport0p1 or the like; nil when no port has the name.
  public static func device(named name: Text) -> CString? {
    var found: CString?
    do throws(Errno) {
      try Directory.forEach(in: "/sys/class/virtio-ports") { port in
        let text = FileDescriptor.text(of: CString(copying: Text("/sys/class/virtio-ports/"), port, Text("/name")))
        if (text.cut(at: UInt8(ascii: "\n"))?.before ?? text) == name { found = CString(copying: Text("/dev/"), port) }
      }
    } catch {}
    return found
  }
}
