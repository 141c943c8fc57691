import Sys
import TestSupport
import Testing

@testable import Boot

/// modules-load.d(5) and hostname(5).
@Suite struct SystemNamesTests {
  @Test func modules() {
    var list = ModulesLoad()
    list.read(names: text(",loop,, dm-mod ,"))
    list.read(text("# /etc/modules\n\nloop max_loop=8\n  virtio_net  napi_tx=0  csum=1 \r\n;x\ndm_mod\nNBD\nnbd"), "/etc/modules")
    list.read(text("fuse\nvirtio-net"), "/run/modules-load.d/x.conf")
    #expect(
      list.requests.map { "\($0.file.string):\($0.line) \($0.name.string)|\($0.parameters.string)" } == [
        "kernel command line:1 loop|", "kernel command line:1 dm-mod|", "/etc/modules:4 virtio_net|napi_tx=0  csum=1",
        "/etc/modules:7 NBD|", "/etc/modules:8 nbd|", "/run/modules-load.d/x.conf:1 fuse|",
      ])
    var none = ModulesLoad()
    none.read(names: text(""))
    none.read(text("# nothing\n\n\0\n"), "/etc/modules")
    #expect(none.requests.isEmpty)
  }

  @Test(
    arguments: [
      (nil, "box\n", "box", ""), (nil, "# c\n\n  box  \nother\n", "box", ""), (nil, "", "localhost", ""),
      (nil, "\n#\n", "localhost", ""), ("vm1", "box", "vm1", ""), ("", "box", "box", "kernel command line "),
      ("bad name", "box", "box", "kernel command line bad name"), (nil, "bad name", "localhost", "/etc/hostname bad name"),
      (nil, String(repeating: "a", count: 64), String(repeating: "a", count: 64), ""),
      (nil, String(repeating: "a", count: 65), "localhost", "/etc/hostname " + String(repeating: "a", count: 65)),
      (nil, "a.example.org", "a.example.org", ""), (nil, ".a", "localhost", "/etc/hostname .a"),
      (nil, "a..b", "localhost", "/etc/hostname a..b"), (nil, "é", "localhost", "/etc/hostname é"),
      (nil, "a\0b", "localhost", "/etc/hostname a\0b"), (nil, "a_b-C9\r", "a_b-C9", ""), ("ok", "bad!", "ok", ""),
      (nil, "a/b", "localhost", "/etc/hostname a/b"), (nil, "-a", "localhost", "/etc/hostname -a"),
    ] as [(String?, String, String, String)])
  func hostName(_ parameter: String?, _ file: String, _ name: String, _ mistake: String) {
    let choice = HostName(parameter: parameter.map { text($0) }, file: text(file))
    #expect(choice.name.string == name)
    #expect(choice.mistakes.map { "\($0.origin) \($0.error.word.string)" }.joined() == mistake)
  }
}
