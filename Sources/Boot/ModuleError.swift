public import Sys

/// Why a kernel module is not loaded.
public enum ModuleError: Error {
  /// There is no directory of this path, where modules should be.
  case noDirectory([UInt8], Errno)
  /// No module is called so, and none has this alias.
  case unknown([UInt8])
  case failed(module: [UInt8], Fault)
  /// Another module that it needs, at once or by way of a third, failed.
  case needs(module: [UInt8], needed: [UInt8], Fault)

  public enum Fault: Sendable {
    /// No file.
    case missing
    case unreadable(Errno)
    /// finit_module(2) says no.
    case refused(Errno)
    /// The kernel cannot unpack what is compressed so (".xz").
    case packed(StaticString, Errno)
    /// The kernel misses symbols, and there is no saying whose they are: the module is compressed, and there is no modules.dep.
    case needsUnknown(StaticString)
  }

  /// A driver that found no device of its own: no more than that.
  public var isLackOfDevice: Bool {
    if case .failed(_, .refused(let error)) = self { return error == .noDevice }
    return false
  }

  /// Fits behind "swinit: ".
  public var message: Message {
    switch self {
    case .noDirectory(let path, let error): "no kernel modules: \(quoted(path)): \(error)"
    case .unknown(let name): "kernel module \(quoted(name)): there is none of this name or alias, nor is it built into the kernel"
    case .failed(let module, let fault): "kernel module \(quoted(module)) is not loaded: \(fault.message)"
    case .needs(let module, let needed, let fault):
      "kernel module \(quoted(module)) is not loaded: it needs \(quoted(needed)): \(fault.message)"
    }
  }

  private func quoted(_ name: [UInt8]) -> Message {
    var message = Message()
    name.withUnsafeBufferPointer { message.append(word: Text($0)) }
    return message
  }
}

extension ModuleError.Fault {
  /// Fits behind "NAME: ".
  public var message: Message {
    switch self {
    case .missing: "there is no such module"
    case .unreadable(let error): "its file cannot be read: \(error)"
    case .refused(.noEntry): "it needs a symbol that neither the kernel nor a loaded module has (the kernel's log names it)"
    case .refused(.notExecutable): "the kernel does not take it: it is damaged or made for another kernel"
    case .refused(let error): "the kernel does not take it: \(error)"
    case .packed(let end, let error):
      "this kernel cannot unpack \(end) files (\(error)): it needs CONFIG_MODULE_DECOMPRESS for this kind (Linux 5.17), or unpacked modules"
    case .needsUnknown(let end):
      "it needs symbols of other modules, and which these are is not known: there is no modules.dep, and \(end) files cannot be read"
    }
  }
}
