import Sys

/// Ends the run when something does not hold that always has to; libFuzzer keeps the input.
func claim(_ holds: Bool, _ what: @autoclosure () -> String) {
  guard !holds else { return }
  fatalError("does not hold: \(what())")
}

/// All that a value holds, field by field, with texts as their bytes: two values that say the same are told in the same words. It looks
/// at the type itself, so a field that is added to it is compared without a line here.
func told(_ value: Any) -> String {
  if let text = value as? Text { return "\"\(String(decoding: text.bytes, as: UTF8.self))\"(\(Array(text.bytes)))" }
  let mirror = Mirror(reflecting: value)
  guard !mirror.children.isEmpty else { return "\(value)" }
  var result = mirror.displayStyle == .enum ? "\(mirror.subjectType)." : ""
  result += "{"
  for child in mirror.children { result += "\(child.label ?? "")=\(told(child.value)) " }
  return result + "}"
}
