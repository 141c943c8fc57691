import Testing

/// What a kernel and swinit do on machines of QEMU's. One boot at a time.
@Suite(.serialized) struct Machines {}
