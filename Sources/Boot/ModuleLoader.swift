public import Sys

/// Loads kernel modules with what they need, as modprobe(8) does, from /lib/modules/RELEASE.
///
/// Each module is tried once, and what came of it is kept. The files of depmod(8) are read when they are there; else the modules
/// themselves are asked. Its memory goes with it: an init needs it only while it starts.
public struct ModuleLoader: ~Copyable {
  let index: ModuleIndex
  private let directory: DirectoryStream
  /// What the index's texts point into.
  private let memory: [UnsafeMutableRawBufferPointer]
  private let hasDependencies: Bool
  private let kernel: Kernel
  private var states: [State]
  /// How many modules this loader has loaded.
  public private(set) var loadedCount = 0
  /// The kernel's command line, from which modules take their `NAME.parameter=value`.
  public var commandLine = Text("")
  /// The modaliases that were looked up.
  var seen: [[UInt8]] = []

  private enum State {
    case new, loaded
    /// The module whose fault it is: itself or one that it needs, by its name.
    case failed([UInt8], ModuleError.Fault)
  }

  /// What a loader asks of the kernel; a test answers in its place.
  struct Kernel {
    /// Whether a module is loaded or built in.
    let has: (Text) -> Bool
    /// finit_module(2); nil when it is loaded.
    let load: (borrowing FileDescriptor, CString, Machine.Compression) -> Errno?
  }

  /// The modules of the running kernel.
  public init() throws(ModuleError) {
    try self.init(directory: CString(copying: Text("/lib/modules/"), KernelRelease.current.text))
  }

  /// The modules of a directory such as /lib/modules/6.1.0.
  public init(directory path: CString) throws(ModuleError) { try self.init(directory: path, kernel: Kernel.running) }

  init(directory path: CString, kernel: Kernel) throws(ModuleError) {
    let directory: DirectoryStream
    do throws(Errno) { directory = try DirectoryStream(opening: path) } catch {
      throw .noDirectory([UInt8](path.text.bytes), error)
    }
    var memory: [UnsafeMutableRawBufferPointer] = []
    let builtin = ModuleLoader.text(of: "modules.builtin", in: directory, &memory)
    let dependencies = ModuleLoader.text(of: "modules.dep", in: directory, &memory)
    hasDependencies = dependencies.firstIndex(of: UInt8(ascii: ":")) != nil
    if hasDependencies {
      let aliases = ModuleLoader.text(of: "modules.alias", in: directory, &memory)
      let soft = ModuleLoader.text(of: "modules.softdep", in: directory, &memory)
      index = ModuleIndex(dependencies: dependencies, aliases: aliases, builtin: builtin, soft: soft)
    } else {
      let survey = ModuleSurvey(of: path)
      let aliases = ModuleLoader.text(survey.aliases, &memory)
      let soft = ModuleLoader.text(survey.soft, &memory)
      index = ModuleIndex(
        dependencies: ModuleLoader.text(survey.dependencies, &memory), aliases: aliases, builtin: builtin, soft: soft)
    }
    self.directory = directory
    self.memory = memory
    self.kernel = kernel
    states = [State](repeating: .new, count: index.modules.count)
  }

  deinit { for buffer in memory { buffer.deallocate() } }

  /// Whether there is no module left that could still be loaded.
  var hasTriedAll: Bool { !states.contains { if case .new = $0 { true } else { false } } }

  /// How many modules there are.
  public var count: Int { index.modules.count }

  /// Loads the module of this name, or all that have it as an alias (a modalias, "fs-ext4"), and before each what it needs.
  /// One that is loaded or built in is what was wanted. `parameters` go to the named module, finit_module(2).
  public mutating func load(_ name: Text, parameters: Text = Text("")) throws(ModuleError) {
    let found = index.modules(called: name)
    if found.isEmpty {
      guard index.isBuiltIn(name) || kernel.has(name) else { throw .unknown([UInt8](name.bytes)) }
      return
    }
    var error: ModuleError?
    var isLoaded = false
    for module in found {
      if let fault = load(module, parameters) { error = error ?? fault } else { isLoaded = true }
    }
    if !isLoaded, let error { throw error }
  }

  /// Loads one module by its place in the index. A soft dependency's failure is its own.
  mutating func load(_ module: Int, _ parameters: Text = Text("")) -> ModuleError? {
    var done = [Bool](repeating: false, count: states.count)
    for index in states.indices {
      if case .new = states[index] { continue }
      done[index] = true
    }
    for step in index.plan(for: module, done: done) { states[step] = perform(step, step == module ? parameters : Text("")) }
    guard case .failed(let culprit, let fault) = states[module] else { return nil }
    let name = [UInt8](index.modules[module].name.bytes)
    return culprit == name ? .failed(module: name, fault) : .needs(module: name, needed: culprit, fault)
  }

  private mutating func perform(_ number: Int, _ parameters: Text) -> State {
    let module = index.modules[number]
    if kernel.has(module.name) { return .loaded }
    if let state = unmetNeed(of: number) { return state }

    let name = [UInt8](module.name.bytes)
    let words = ModuleParameters.words(for: module.name, on: commandLine, and: parameters)
    let packed = ModuleName.compression(of: module.path)
    let refusal: Errno?
    do throws(Errno) {
      let text = ModuleLoader.copy(words)
      defer { text.pointer.deallocate() }
      refusal = kernel.load(try ModuleLoader.open(module.path, in: directory), text, packed == nil ? .none : .compressed)
    } catch {
      return .failed(name, .unreadable(error))
    }
    guard let error = refusal else {
      loadedCount += 1
      return .loaded
    }
    guard let packed else { return .failed(name, .refused(error)) }
    if Machine.cannotUnpack(error) { return .failed(name, .packed(packed, error)) }
    if error == .noEntry, !hasDependencies { return .failed(name, .needsUnknown(packed)) }
    return .failed(name, .refused(error))
  }

  /// The failure of a module that this one needs.
  private func unmetNeed(of number: Int) -> State? {
    var unmet: State?
    let states = self.states
    let index = self.index
    let kernel = self.kernel
    index.forEachNeed(of: number) { name, other in
      guard unmet == nil else { return }
      if let other {
        if case .failed = states[other] { unmet = states[other] }
      } else if !index.isBuiltIn(name), !kernel.has(name) {
        unmet = .failed([UInt8](name.bytes), .missing)
      }
    }
    return unmet
  }
}

extension ModuleLoader.Kernel {
  static var running: ModuleLoader.Kernel {
    ModuleLoader.Kernel(
      has: { name in
        // The kernel's own bound on a name is below 64.
        guard !name.isEmpty, name.count < 128, name.firstIndex(of: UInt8(ascii: "/")) == nil, name[0] != UInt8(ascii: ".") else {
          return false
        }
        let path = [UInt8](Text("/sys/module/").bytes) + name.bytes.map(ModuleName.normal) + [0]
        return path.withUnsafeBufferPointer { (try? FileStatus(of: ModuleLoader.cString($0))) != nil }
      },
      load: { file, parameters, compression in
        do throws(Errno) { try Machine.loadModule(file, parameters: parameters, isCompressed: compression) } catch {
          return error
        }
        return nil
      })
  }
}

// Files.
extension ModuleLoader {
  /// depmod's files of a large distribution have 3 MiB.
  private static let limit = 1 << 24

  /// A file's bytes; empty when it cannot be read or is over the limit.
  private static func text(
    of name: CString, in directory: borrowing DirectoryStream, _ memory: inout [UnsafeMutableRawBufferPointer]
  ) -> Text {
    guard let file = try? directory.open(name), let length = try? file.length(), length > 0, length <= limit else {
      return Text("")
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 16)
    memory.append(buffer)
    var count = 0
    while count < length, let more = try? file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...])), more > 0 {
      count += more
    }
    return Text(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]).assumingMemoryBound(to: UInt8.self))
  }

  private static func text(_ bytes: [UInt8], _ memory: inout [UnsafeMutableRawBufferPointer]) -> Text {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 16)
    memory.append(buffer)
    buffer.copyBytes(from: bytes)
    let filled = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<bytes.count])
    return Text(filled.assumingMemoryBound(to: UInt8.self))
  }

  private static func open(_ path: Text, in directory: borrowing DirectoryStream) throws(Errno) -> FileDescriptor {
    let name = copy([UInt8](path.bytes))
    defer { name.pointer.deallocate() }
    return try directory.open(name)
  }

  /// In memory that the caller gives back.
  private static func copy(_ bytes: [UInt8]) -> CString { CString(copying: bytes) }

  /// Bytes that end with a NUL, for as long as they are there.
  static func cString(_ bytes: UnsafeBufferPointer<UInt8>) -> CString {
    guard let start = bytes.baseAddress else { return CString("") }
    return CString(at: UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self))
  }
}
