import CSys

/// Packets on sockets, sendmsg(2) and recvmsg(2), by number: with them go descriptors, and who sent them.
public enum Packet {
  /// SCM_MAX_FD is 253; nobody here sends nearly as many.
  public static let descriptorLimit = 96

  /// struct msghdr, as the kernel has it.
  private struct Header {
    var name: UInt = 0
    var nameLength: UInt = 0
    var vector: UInt
    var vectorCount: UInt = 1
    var control: UInt
    var controlLength: UInt
    var flags: UInt = 0
  }

  private static let dontWait: UInt = 0x40
  private static let noSignal: UInt = 0x4000
  private static let closeOnExec: UInt = 0x4000_0000

  /// Sends one packet; never waits and raises no SIGPIPE.
  public static func send(
    _ bytes: UnsafeRawBufferPointer, _ descriptors: UnsafeBufferPointer<Int32> = .init(start: nil, count: 0), over socket: Int32
  ) throws(Errno) {
    var control = InlineArray<50, UInt64>(repeating: 0)  // room for 96 descriptors behind a cmsghdr
    var span = control.mutableSpan
    let error: Errno? = span.withUnsafeMutableBytes { memory in
      if !descriptors.isEmpty {
        memory.storeBytes(of: UInt64(16 + descriptors.count * 4), as: UInt64.self)
        memory.storeBytes(of: 1 /* SOL_SOCKET */, toByteOffset: 8, as: Int32.self)
        memory.storeBytes(of: 1 /* SCM_RIGHTS */, toByteOffset: 12, as: Int32.self)
        for (index, descriptor) in descriptors.enumerated() {
          memory.storeBytes(of: descriptor, toByteOffset: 16 + index * 4, as: Int32.self)
        }
      }
      var vector = (Kernel.address(bytes.baseAddress), UInt(bytes.count))
      let controlLength = descriptors.isEmpty ? 0 : UInt(16 + (descriptors.count * 4 + 7) / 8 * 8)
      return withUnsafeMutablePointer(to: &vector) { vector in
        var header = Header(
          vector: Kernel.address(vector), control: controlLength == 0 ? 0 : Kernel.address(memory.baseAddress),
          controlLength: controlLength)
        return withUnsafeMutablePointer(to: &header) { header in
          do throws(Errno) {
            try Kernel.call(SYS_sendmsg, UInt(socket), Kernel.address(header), dontWait | noSignal)
            return nil
          } catch { return error }
        }
      }
    }
    if let error { throw error }
  }

  /// What has come with a packet.
  public struct Received {
    public var count = 0
    /// Whether it was longer than the buffer, or brought more descriptors than there was room for.
    public var isCut = Cut.no
    public var descriptors = InlineArray<96, Int32>(repeating: -1)
    public var descriptorCount = 0
    /// SCM_CREDENTIALS, where the socket tells them.
    public var sender: (process: ProcessID, user: UInt32)?

    public enum Cut: Sendable { case no, yes }

    public init() {}

    /// Closes what came and nobody took.
    public func closeDescriptors() { for index in 0..<descriptorCount { _ = csys_close(descriptors[index]) } }
  }

  /// Whether a packet is taken from the queue, or is the next one still, MSG_PEEK. Its descriptors come with every look.
  public enum Taking: UInt, Sendable {
    case taken = 0
    case left = 2
  }

  /// Receives one packet; never waits. `count` 0: the other end has gone.
  public static func receive(
    into buffer: UnsafeMutableRawBufferPointer, from socket: Int32, _ taking: Taking = .taken
  ) throws(Errno) -> Received {
    var result = Received()
    var control = InlineArray<54, UInt64>(repeating: 0)  // a sender and as many descriptors
    var span = control.mutableSpan
    let error: Errno? = span.withUnsafeMutableBytes { memory in
      var vector = (Kernel.address(buffer.baseAddress), UInt(buffer.count))
      return withUnsafeMutablePointer(to: &vector) { vector in
        var header = Header(
          vector: Kernel.address(vector), control: Kernel.address(memory.baseAddress), controlLength: UInt(memory.count))
        return withUnsafeMutablePointer(to: &header) { header in
          do throws(Errno) {
            while true {
              do throws(Errno) {
                result.count = try Kernel.call(
                  SYS_recvmsg, UInt(socket), Kernel.address(header), dontWait | closeOnExec | taking.rawValue)
                break
              } catch {
                guard error == .interrupted else { throw error }
              }
            }
          } catch { return error }
          // MSG_TRUNC, MSG_CTRUNC
          if header.pointee.flags & 0x28 != 0 { result.isCut = .yes }
          read(UnsafeRawBufferPointer(rebasing: memory[..<Int(header.pointee.controlLength)]), into: &result)
          return nil
        }
      }
    }
    if let error { throw error }
    return result
  }

  private static func read(_ control: UnsafeRawBufferPointer, into result: inout Received) {
    var place = 0
    while place + 16 <= control.count {
      let length = Int(control.load(fromByteOffset: place, as: UInt64.self))
      guard length >= 16, place + length <= control.count else { return }
      let type = control.load(fromByteOffset: place + 12, as: Int32.self)
      if type == 1 {
        for index in 0..<(length - 16) / 4 {
          let descriptor = control.load(fromByteOffset: place + 16 + index * 4, as: Int32.self)
          guard result.descriptorCount < descriptorLimit else {
            _ = csys_close(descriptor)
            continue
          }
          result.descriptors[result.descriptorCount] = descriptor
          result.descriptorCount += 1
        }
      } else if type == 2, length >= 28 {
        result.sender = (
          ProcessID(control.load(fromByteOffset: place + 16, as: Int32.self)),
          control.load(fromByteOffset: place + 20, as: UInt32.self)
        )
      }
      place += (length + 7) / 8 * 8
    }
  }
}
