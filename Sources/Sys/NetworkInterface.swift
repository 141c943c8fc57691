import CSys

/// A network interface by its name, netdevice(7).
public struct NetworkInterface {
  /// An IPv4 address.
  public struct Address: Sendable {
    let bytes: (UInt8, UInt8, UInt8, UInt8)
    public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) { bytes = (a, b, c, d) }
  }

  private let name: Text

  public static var loopback: NetworkInterface { NetworkInterface(Text("lo")) }

  public init(_ name: Text) { self.name = name }

  /// SIOCSIFFLAGS: up and running.
  public func raise() throws(Errno) {
    var request = self.request
    try NetworkInterface.ask(0x8913 /* SIOCGIFFLAGS */, &request)
    request[16] |= 0x41  // IFF_UP | IFF_RUNNING
    try NetworkInterface.ask(0x8914 /* SIOCSIFFLAGS */, &request)
  }

  /// SIOCSIFADDR and SIOCSIFNETMASK.
  public func setAddress(_ address: Address, mask: Address) throws(Errno) {
    var request = self.request
    NetworkInterface.put(address, &request, 16)
    try NetworkInterface.ask(0x8916, &request)
    NetworkInterface.put(mask, &request, 16)
    try NetworkInterface.ask(0x891C, &request)
  }

  /// SIOCADDRT: everything that is not near goes by `gateway`.
  public static func addDefaultRoute(by gateway: Address) throws(Errno) {
    // struct rtentry: destination, gateway and mask from byte 8 on, then the flags.
    var route = InlineArray<120, UInt8>(repeating: 0)
    put(Address(0, 0, 0, 0), &route, 8)
    put(gateway, &route, 24)
    put(Address(0, 0, 0, 0), &route, 40)
    route[56] = 3  // RTF_UP | RTF_GATEWAY
    try ask(0x890B, &route)
  }

  /// struct ifreq, with the name in its first 16 bytes.
  private var request: InlineArray<40, UInt8> {
    var request = InlineArray<40, UInt8>(repeating: 0)
    for (index, byte) in name.prefix(15).bytes.enumerated() { request[index] = byte }
    return request
  }

  /// struct sockaddr_in at an offset.
  private static func put<let size: Int>(_ address: Address, _ request: inout InlineArray<size, UInt8>, _ offset: Int) {
    request[offset] = 2  // AF_INET
    request[offset + 4] = address.bytes.0
    request[offset + 5] = address.bytes.1
    request[offset + 6] = address.bytes.2
    request[offset + 7] = address.bytes.3
  }

  private static func ask<let size: Int>(_ request: UInt, _ argument: inout InlineArray<size, UInt8>) throws(Errno) {
    let socket = FileDescriptor(adopting: try checkCall(socket(AF_INET, 2 /* SOCK_DGRAM */, 0)))
    var result: Int32 = 0
    var span = argument.mutableSpan
    span.withUnsafeMutableBufferPointer { result = csys_ioctl(socket.rawValue, request, $0.baseAddress) }
    _ = try check(result)
  }
}
