import Boot
@c(swinit_main)
public func swinitMain(_ argc: Int32, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, _ envp: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
  return 0
}
