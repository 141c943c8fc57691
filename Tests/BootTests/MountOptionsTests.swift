import Boot
import Glibc
import Sys
import TestSupport
import Testing

@Suite struct MountOptionsTests {
  /// The numbers are the kernel's, whatever a libc calls them.
  @Test func numbers() {
    let pairs: [(MountFlags, Int)] = [
      (.readOnly, Int(MS_RDONLY)), (.noSetUID, Int(MS_NOSUID)), (.noDevices, Int(MS_NODEV)), (.noExecution, Int(MS_NOEXEC)),
      (.synchronous, Int(MS_SYNCHRONOUS)), (.remount, Int(MS_REMOUNT)), (.mandatoryLocks, Int(MS_MANDLOCK)),
      (.synchronousDirectories, Int(MS_DIRSYNC)), (.noSymbolicLinks, Int(MS_NOSYMFOLLOW)), (.noAccessTime, Int(MS_NOATIME)),
      (.noDirectoryAccessTime, Int(MS_NODIRATIME)), (.bind, Int(MS_BIND)), (.move, Int(MS_MOVE)), (.recursive, Int(MS_REC)),
      (.silent, Int(MS_SILENT)), (.unbindable, Int(MS_UNBINDABLE)), (.private, Int(MS_PRIVATE)), (.slave, Int(MS_SLAVE)),
      (.shared, Int(MS_SHARED)), (.relativeAccessTime, Int(MS_RELATIME)), (.inodeVersion, Int(MS_I_VERSION)),
      (.strictAccessTime, Int(MS_STRICTATIME)), (.lazyTime, Int(MS_LAZYTIME)),
    ]
    for (flag, number) in pairs { #expect(Int(flag.rawValue) == number) }
  }

  @Test(
    arguments: [
      ("", [], ""), ("defaults", [], ""), ("noatime", .noAccessTime, ""), ("ro", .readOnly, ""), ("rw", [], ""),
      ("ro,rw", [], ""),
      ("rw,ro", .readOnly, ""), ("noatime,data=ordered", .noAccessTime, "data=ordered"),
      ("data=ordered,noatime", .noAccessTime, "data=ordered"),
      ("subvol=@,compress=zstd:3,noatime,ssd", .noAccessTime, "subvol=@,compress=zstd:3,ssd"),
      ("trans=virtio,version=9p2000.L,msize=512000", [], "trans=virtio,version=9p2000.L,msize=512000"),
      (
        "nosuid,nodev,noexec,sync,dirsync,mand,nosymfollow,nodiratime,relatime,strictatime,lazytime,iversion,silent",
        [
          .noSetUID, .noDevices, .noExecution, .synchronous, .synchronousDirectories, .mandatoryLocks, .noSymbolicLinks,
          .noDirectoryAccessTime,
          .relativeAccessTime, .strictAccessTime, .lazyTime, .inodeVersion, .silent,
        ], ""
      ),
      (
        "nosuid,suid,nodev,dev,noexec,exec,sync,async,mand,nomand,nosymfollow,symfollow,noatime,atime,nodiratime,diratime", [], ""
      ),
      ("relatime,norelatime,strictatime,nostrictatime,lazytime,nolazytime,iversion,noiversion,silent,loud", [], ""),
      (
        "x-systemd.growfs,X-mount.mkdir,comment=a b,nofail,_netdev,auto,noauto,user,nouser,users,nousers,owner,noowner,group,nogroup",
        [], ""
      ),
      (",,noatime,,x,,", .noAccessTime, "x"), ("NoAtime", [], "NoAtime"), ("noatime=1", [], "noatime=1"),
      ("errors=remount-ro", [], "errors=remount-ro"),
      ("context=\"system_u:object_r:root_t:s0:c1,c2\",ro", .readOnly, "context=\"system_u:object_r:root_t:s0:c1,c2\""),
      ("a=\"x,ro\",b=\",\"", [], "a=\"x,ro\",b=\",\""), ("size=50%,mode=0755", [], "size=50%,mode=0755"),
      ("quota,acl,user_xattr", [], "quota,acl,user_xattr"),
    ] as [(String, MountFlags, String)])
  func splits(_ options: String, _ flags: MountFlags, _ data: String) throws {
    let found = try MountOptions(text(options))
    #expect(found.flags == flags)
    #expect(string(found.data) == data)
  }

  @Test func whatHoldsWithout() throws {
    #expect(try MountOptions(Text(""), flags: .readOnly).flags == .readOnly)
    #expect(try MountOptions(Text("noatime"), flags: .readOnly).flags == [.readOnly, .noAccessTime])
    #expect(try MountOptions(Text("rw,noatime"), flags: .readOnly).flags == .noAccessTime)
  }

  @Test(arguments: [
    ("noatime,bind", "bind"), ("remount", "remount"), ("rbind", "rbind"), ("move", "move"), ("shared", "shared"),
    ("rprivate", "rprivate"),
    ("loop", "loop"), ("loop=/dev/loop0", "loop=/dev/loop0"), ("context=\"a,b", "context=\"a,b"), ("x,\"", "\""),
    ("a\0b", "a\0b"),
  ])
  func badOptions(_ options: String, _ word: String) {
    do throws(BadWord) {
      _ = try MountOptions(text(options))
      Issue.record("no error")
    } catch { #expect(error.word.string == word) }
  }

  @Test func aPageOfData() throws {
    #expect(try MountOptions(text(String(repeating: "x", count: 4095))).data.count == 4095)
    #expect(throws: BadWord.self) { try MountOptions(text(String(repeating: "x", count: 4096))) }
    #expect(throws: BadWord.self) { try MountOptions(text(String(repeating: "abc,", count: 2000))) }
    #expect(try MountOptions(text(String(repeating: "ro,", count: 20000))).flags == .readOnly)
  }

  @Test(
    arguments: [
      ("", [], false, false, false), ("ext4", ["ext4"], false, false, false), ("ext4,xfs", ["ext4", "xfs"], false, false, false),
      (",ext4,,xfs,", ["ext4", "xfs"], false, false, false), ("virtiofs", ["virtiofs"], true, true, false),
      ("9p,virtiofs", ["9p", "virtiofs"], true, true, false), ("9p,ext4", ["9p", "ext4"], false, true, false),
      ("tmpfs", ["tmpfs"], true, true, true), ("tmpfs,9p", ["tmpfs", "9p"], true, true, false), (",,", [], false, false, false),
    ] as [(String, [String], Bool, Bool, Bool)])
  func types(_ list: String, _ names: [String], _ needNoDevice: Bool, _ includesDeviceless: Bool, _ areInMemory: Bool) {
    let types = FileSystemTypeList(text(list))
    var found: [String] = []
    types.forEachName { found.append($0.string) }
    #expect(found == names)
    #expect(types.isEmpty == names.isEmpty)
    #expect(
      types.needNoDevice == needNoDevice && types.includesDeviceless == includesDeviceless && types.areInMemory == areInMemory)
  }

  @Test func randomOptions() {
    var random = SplitMix(seed: 7)
    let pieces = ["ro", "rw", "noatime", ",", ",", "\"", "=", "bind", "x-", "comment=", "data", "\\,", "\0"]
    for _ in 0..<5000 {
      var word: [UInt8] = []
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        word +=
          Int.random(in: 0..<6, using: &random) == 0
          ? [UInt8.random(in: 0...255, using: &random)] : Array(pieces.randomElement(using: &random)!.utf8)
      }
      guard let options = try? MountOptions(text(word)) else { continue }
      #expect(!options.data.contains(0) && options.data.first != UInt8(ascii: ",") && options.data.last != UInt8(ascii: ","))
    }
  }
}
