import TestSupport
import Testing

@testable import Sys
@testable import Units

/// The keys of readiness, and of the descriptors that are kept.
@Suite struct DefinitionNotificationTests {
  private func set(_ key: String, _ value: String) -> (definition: Definition, complaint: String?) {
    var definition = Definition()
    let message = definition.set(.service, text(key), text(value))
    return (definition, message?.string)
  }

  @Test(arguments: [("none", Definition.NotifyAccess.none), ("main", .main), ("exec", .exec), ("all", .all)])
  func access(_ word: String, _ expected: Definition.NotifyAccess) {
    let (definition, complaint) = set("NotifyAccess", word)
    #expect(definition.notifyAccess == expected && complaint == nil)
  }

  @Test(arguments: ["3", "1023"]) func descriptor(_ value: String) {
    #expect(set("NotificationFD", value).definition.notificationDescriptor == Int32(value))
  }

  @Test(arguments: ["0", "64"]) func store(_ value: String) {
    #expect(set("FileDescriptorStoreMax", value).definition.storeMaximum == Int(value))
  }

  @Test(arguments: [
    ("NotifyAccess", "some", "none, main, exec or all"), ("NotificationFD", "2", "a number from 3 to 1023"),
    ("NotificationFD", "1024", "a number from 3 to 1023"), ("NotificationFD", "", "a number from 3 to 1023"),
    ("FileDescriptorStoreMax", "65", "a number from 0 to 64"), ("FileDescriptorStoreMax", "-1", "a number from 0 to 64"),
  ]) func complaints(_ key: String, _ value: String, _ expected: String) {
    #expect(set(key, value).complaint == "bad value '\(value)' for \(key): expected \(expected)")
  }
}
