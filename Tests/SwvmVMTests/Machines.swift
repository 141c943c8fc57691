import Testing

/// swvm, each time with a machine of its own. One at a time but where two are the test.
@Suite(.serialized) struct SwvmMachines {}
