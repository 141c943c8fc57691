public import Sys

/// What a step of a system's start has to tell: one line, and how much it weighs. The step goes on after it.
public enum SystemLine {
  /// Something that was asked for was not done.
  case failure(Message)
  /// Something that was to be expected, and may explain what comes later.
  case note(Message)
}

/// The first error of a step that goes on after each: what the step as a whole returns.
struct FirstError {
  private(set) var value: Errno?

  mutating func take(_ error: Errno) { value = value ?? error }
}
