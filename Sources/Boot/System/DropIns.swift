import Sys

/// Files of a configuration that is kept in pieces, as sysctl.d(5) and modules-load.d(5): NAME.conf in several directories.
enum DropIns {
  /// The directories below which a distribution, its administrator and a running program put theirs; earlier ones win.
  static let places: [StaticString] = ["/etc", "/run", "/usr/local/lib", "/usr/lib"]

  struct File {
    let path: CString
    let name: [UInt8]
  }

  /// The files of PLACE/NAME, in the order of their names. Of those with the same name the first directory's counts; an empty one, or a
  /// link to /dev/null, so hides the others.
  static func files(of name: StaticString) -> [CString] {
    var found: [File] = []
    for place in places {
      let directory = CString(copying: Text(place), Text("/"), Text(name))
      var names: [File] = []
      try? Directory.forEach(in: directory) { file in
        guard isConfiguration(file) else { return }
        names.append(File(path: CString(copying: directory.text, Text("/"), file), name: [UInt8](file.bytes)))
      }
      found = merge(found, names)
    }
    return found.map { $0.path }
  }

  static func isConfiguration(_ name: Text) -> Bool {
    name.count > 5 && name.dropFirst(name.count - 5) == ".conf" && name[0] != UInt8(ascii: ".")
  }

  /// Puts those whose names are new into a list, which stays in order.
  static func merge(_ files: [File], _ more: [File]) -> [File] {
    var merged = files
    for file in more {
      let place = merged.firstIndex { !$0.name.lexicographicallyPrecedes(file.name) } ?? merged.count
      if place == merged.count || merged[place].name != file.name { merged.insert(file, at: place) }
    }
    return merged
  }
}
