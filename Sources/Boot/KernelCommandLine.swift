public import Sys

/// A kernel command line, read as the kernel reads it: what becomes of each word, and what its init is given.
///
/// Mirrors next_arg(), parse_args(), unknown_bootoption() and init_setup() of Linux. What only a running kernel can know (the
/// parameters of its drivers) is left out: a word that this table does not hold counts as init's.
public struct KernelCommandLine {
  public typealias Bytes = [UInt8]

  /// init=: what must be executed, or else nothing. nil: not given. Empty is not the same as not given.
  public private(set) var initPath: Bytes?
  /// rdinit=: what is tried first.
  public private(set) var ramdiskPath: Bytes?
  /// Words for init's argument vector, behind argv[0].
  public private(set) var arguments: [Bytes] = []
  /// `NAME=value` words for init's environment, in order, each name once.
  public private(set) var environment: [Bytes] = []
  /// The word that was one too many: the kernel panics.
  public private(set) var overflow: Overflow?

  public enum Overflow {
    case arguments(Bytes)
    case environment(Bytes)

    /// The kernel's words.
    public var message: Message {
      switch self {
      case .arguments(let word): word.withUnsafeBufferPointer { "Too many boot init vars at `\(Text($0))'" }
      case .environment(let word): word.withUnsafeBufferPointer { "Too many boot env vars at `\(Text($0))'" }
      }
    }
  }

  /// CONFIG_INIT_ENV_ARG_LIMIT. HOME and TERM take two of the environment's places, and "init" one of the arguments' 33.
  private static let limit = 32
  /// What a clearing left in the last place of the arguments.
  private var last: Bytes?

  public init(_ line: Text) {
    var words = Words(line)
    while let word = words.next() {
      if word.isDoubleDash {
        takeRest(&words)
        return
      }
      take(word)
      if overflow != nil { return }
    }
  }

  /// What follows the first `--` is for init, whatever it looks like; what follows a second one is lost, as in the kernel.
  private mutating func takeRest(_ words: inout Words) {
    while overflow == nil, let word = words.next(), !word.isDoubleDash { addArgument(word.whole) }
  }

  private mutating func take(_ word: Words.Word) {
    if let value = word.value, word.name == "init" {
      initPath = Bytes(value.bytes)
      clearArguments()
    } else if let value = word.value, word.name == "rdinit" {
      ramdiskPath = Bytes(value.bytes)
      clearArguments()
    } else if KernelParameters.consumes(word) || word.name.firstIndex(of: UInt8(ascii: ".")) != nil {
      return
    } else if word.value != nil {
      setVariable(word)
    } else {
      addArgument(word.whole)
    }
  }

  private mutating func addArgument(_ word: Bytes) {
    guard arguments.count < KernelCommandLine.limit else {
      overflow = .arguments(word)
      return
    }
    arguments.append(word)
    guard arguments.count == KernelCommandLine.limit - 1, let last else { return }
    arguments.append(last)
  }

  /// The kernel forgets what a boot loader has put before init=, but not the last of its places: what is there comes back when the
  /// others are taken again.
  private mutating func clearArguments() {
    if arguments.count == KernelCommandLine.limit { last = arguments[KernelCommandLine.limit - 1] }
    arguments.removeAll()
  }

  private mutating func setVariable(_ word: Words.Word) {
    let whole = word.whole
    let prefix = whole.prefix(word.name.count + 1)
    let index = environment.firstIndex { $0.starts(with: prefix) } ?? environment.count
    let before = environment.prefix(index).count { !isPreset($0) }
    // The kernel looks at the last place before it looks for the name: a variable there cannot be replaced.
    let places = KernelCommandLine.limit - (index < environment.count ? 2 : 1)
    guard isPreset(whole) || before < places else {
      overflow = .environment(whole)
      return
    }
    if index < environment.count { environment[index] = whole } else { environment.append(whole) }
  }

  private func isPreset(_ variable: Bytes) -> Bool {
    variable.starts(with: Text("HOME=").bytes) || variable.starts(with: Text("TERM=").bytes)
  }
}

extension KernelCommandLine {
  /// next_arg() of lib/cmdline.c: splits a line into words, which are parts of it.
  struct Words {
    struct Word {
      var name: Text
      /// What stands behind the first '=' that is not the word's first byte.
      var value: Text?

      var isDoubleDash: Bool { value == nil && name == "--" }
      /// With the quotes gone a word is not in one piece any more.
      var whole: Bytes {
        guard let value else { return Bytes(name.bytes) }
        return Bytes(name.bytes) + [UInt8(ascii: "=")] + value.bytes
      }
    }

    private let line: Text
    private var position = 0

    init(_ line: Text) { self.line = line }

    mutating func next() -> Word? {
      while position < line.count, Words.isSpace(line[position]) { position += 1 }
      guard position < line.count else { return nil }

      let opensWithQuote = line[position] == Words.quote
      if opensWithQuote { position += 1 }
      let start = position
      var inQuote = opensWithQuote
      var equals: Int?
      while position < line.count {
        let byte = line[position]
        if !inQuote, Words.isSpace(byte) { break }
        if byte == UInt8(ascii: "="), equals == nil, position > start { equals = position }
        if byte == Words.quote { inQuote.toggle() }
        position += 1
      }
      let end = position
      if position < line.count { position += 1 }

      guard let equals else {
        return Word(name: part(start, opensWithQuote ? withoutQuote(start, end) : end), value: nil)
      }
      var valueStart = equals + 1
      var valueEnd = end
      if valueStart < end, line[valueStart] == Words.quote {
        valueStart += 1
        valueEnd = withoutQuote(valueStart, end)
      }
      if opensWithQuote, valueEnd == end { valueEnd = withoutQuote(valueStart, end) }
      return Word(name: part(start, equals), value: part(valueStart, valueEnd))
    }

    private static let quote = UInt8(ascii: "\"")

    /// isspace() of the kernel, which counts Latin-1's no-break space.
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) || byte == 0xA0 }

    private func withoutQuote(_ start: Int, _ end: Int) -> Int { end > start && line[end - 1] == Words.quote ? end - 1 : end }

    private func part(_ start: Int, _ end: Int) -> Text { line.prefix(end).dropFirst(start) }
  }
}
