import CSwvm

/// What runs the machine's processor.
enum Accelerator: String {
  case kvm, tcg

  /// KVM where it really works: /dev/kvm alone says little, in containers above all.
  static let here: (accelerator: Accelerator, reason: String) = {
    let result = cswvm_try_kvm()
    return result == 0 ? (.kvm, "KVM works here") : (.tcg, "KVM does not work here (\(Failure.text(-result))): TCG")
  }()
}
