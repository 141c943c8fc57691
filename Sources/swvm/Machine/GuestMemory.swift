import Boot
import CSwvm
import Glibc

/// A machine's memory: a file without a name, of which swvm sees the part that is the window.
final class GuestMemory {
  let file: Descriptor
  let bytes: Int
  /// Where the window lies in it.
  let address: Int
  let window: HostWindow
  private let mapping: UnsafeMutableRawPointer

  /// - Parameter initramfs: how much of the memory's upper end QEMU fills.
  init(bytes: Int, initramfs: Int) throws(Complaint) {
    // The kernel lies from 16 MiB on, the initramfs below the end (of the first 3 GiB). In between nothing does at the start.
    let address = min(128 << 20, bytes / 2) & ~(HostWindow.size - 1)
    let low = min(bytes, 3 << 30)
    guard address >= 64 << 20, address + HostWindow.size + initramfs + (16 << 20) < low else {
      throw Complaint("\(bytes >> 20)M of memory are too little for this machine; see --memory")
    }
    file = try Descriptor(cswvm_memory_file("swvm"), "the machine's memory")
    guard ftruncate(file.number, bytes) == 0 else { throw Complaint("cannot make the machine's memory: \(Failure.text())") }
    let memory = mmap(nil, HostWindow.size, PROT_READ | PROT_WRITE, MAP_SHARED, file.number, address)
    guard let memory, memory != MAP_FAILED else { throw Complaint("cannot map the machine's memory: \(Failure.text())") }
    mapping = memory
    window = HostWindow(at: memory)
    self.bytes = bytes
    self.address = address
  }

  deinit { munmap(mapping, HostWindow.size) }

  /// What keeps the kernel away from it, and tells swinit where it is.
  var kernelWords: [String] {
    let place = "0x" + String(address, radix: 16)
    return ["memmap=\(HostWindow.size >> 20)M$\(place)", "swinit.window=\(place)"]
  }
}
