import Boot
import Sys

/// The modules that a boot needs: those that are named, then those that devices ask for.
enum ModuleLoading {
  /// swinit.modules= in its order, then what the devices that are there ask for. An initramfs without modules needs none.
  static func loadAll(_ start: Bootstrap) {
    let names = start.parameters.modules
    let log = start.log
    do throws(ModuleError) {
      var loader = try ModuleLoader()
      names.forEachPart(separatedBy: UInt8(ascii: ",")) { name in
        guard !name.isEmpty else { return }
        do throws(ModuleError) { try loader.load(name) } catch { log.warning(error.message) }
      }
      loadForDevices(&loader, log)
    } catch {
      if !names.isEmpty { log.warning(error.message) }
    }
  }

  /// A system without modules needs none.
  static func loadForDevices(_ log: Log) {
    guard var loader = try? ModuleLoader() else { return }
    loadForDevices(&loader, log)
  }

  private static func loadForDevices(_ loader: inout ModuleLoader, _ log: Log) {
    loader.loadForDevices { error in log.info(error.message) }
    let count = loader.loadedCount
    log.info("loaded \(count) modules")
  }
}
