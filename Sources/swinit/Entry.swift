import Boot
import Sys

/// main(). SwiftPM calls it by this name in both builds.
@c(swinit_main)
public func swinitMain(
  _ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>,
  _ environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> Int32 {
  let signals = SignalState.takeOver()
  let vector = UnsafePointer(arguments)
  let inherited = Environment(UnsafePointer(environment))
  if let code = Kthreadd.runAsPart(vector, inherited) { return code }
  if Kthreadd.isBuiltIn {
    Origin.arguments = vector
    InitState.take(environment)
  }
  switch BootMode(BootMode.Signs.read(inherited)) {
  case .initramfs:
    Milestones.reach(.initStarted)
    let start = Bootstrap(vector, inherited, Resume.isMeant(vector) ? .clean : signals, .initramfs)
    return start.parameters.staysInInitramfs && start.parameters.root == nil ? SystemInit.run(start) : MachineInit(start).run()
  case .system:
    Milestones.reach(.initStarted)
    return SystemInit.run(Bootstrap(vector, inherited, .clean, .system))
  case .container where SystemInit.isAsked(vector): return SystemInit.run(Bootstrap(vector, inherited, .clean, .container))
  case .container: break
  }
  do throws(UsageError) {
    var configuration = Configuration()
    let personality = Personality(name: vector[0].map { CString(at: UnsafePointer($0)) })
    switch try personality.parse(vector, inherited, into: &configuration) {
    case .run:
      var life = KernelInit(configuration, signals)
      return try life.run(inherited)
    case .say(let stream, let parts):
      for part in parts { try? stream.write(Text(part).bytes) }
      return 0
    case .help:
      try? Help.show()
      return 0
    case .pause:
      return Pause.run()
    case .power(let name):
      return try PowerCommand.run(name, vector)
    }
  } catch {
    if let voice = error.voice { Log(voice: voice).fatal(error.message) } else { error.message.send() }
    return error.exitCode
  }
}
