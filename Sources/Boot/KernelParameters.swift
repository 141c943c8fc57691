internal import Sys

/// The parameters that the kernel keeps for itself, so that they never reach init: those in the tables of Debian's 6.1 kernel for
/// x86-64. Names with a dot are left out, since words that have one never reach init.
///
/// A function of the kernel may refuse a value, which is then init's. Only the refusals that hang on no machine are known here.
enum KernelParameters {
  static func consumes(_ word: KernelCommandLine.Words.Word) -> Bool {
    guard let letter = word.name.bytes.first else { return false }
    return word.whole.withUnsafeBufferPointer { consumes(word.name, Text($0), Unicode.Scalar(letter)) }
  }

  private static func consumes(_ name: Text, _ whole: Text, _ letter: Unicode.Scalar) -> Bool {
    if whole.hasPrefix("BOOT_IMAGE=") || whole.hasPrefix("kexec") { return true }
    if anyOf(aliases, { $0 == name }) || anyOf(exact(letter), { $0.count == name.count && begins(name, $0) }) { return true }
    return anyOf(bare, { $0.count == whole.count && begins(whole, $0) }) || anyOf(beginnings(letter), { begins(whole, $0) })
  }

  private static func anyOf(_ table: StaticString, _ matches: (Text) -> Bool) -> Bool {
    guard table.utf8CodeUnitCount > 0 else { return false }
    var found = false
    Text(table).forEachPart(separatedBy: UInt8(ascii: " ")) { found = found || matches($0) }
    return found
  }

  /// parameqn(): '-' and '_' are the same.
  private static func begins(_ word: Text, _ name: Text) -> Bool {
    word.count >= name.count && word.prefix(name.count).bytes.elementsEqual(name.bytes) { dashed($0) == dashed($1) }
  }

  private static func dashed(_ byte: UInt8) -> UInt8 { byte == UInt8(ascii: "-") ? UInt8(ascii: "_") : byte }

  /// sysctls that are parameters too; here '-' is not '_'.
  private static let aliases: StaticString = "hardlockup_all_cpu_backtrace hung_task_panic softlockup_all_cpu_backtrace"

  /// __setup() functions that refuse a word with anything behind the name.
  private static let bare: StaticString = "nofsgsbase retain_initrd ro rootwait rw"

  /// core_param() and early_param(): the whole name, with a value or without.
  private static func exact(_ letter: Unicode.Scalar) -> StaticString {
    switch letter {
    case "a":
      """
      acpi acpi_apic_instance acpi_force_32bit_fadt_addr acpi_force_table_verification acpi_no_static_ssdt acpi_rsdp \
      acpi_sci acpi_skip_timer_override acpi_use_timer_override add_efi_memmap amd_pstate apic apic_extnmi
      """
    case "b": "bgrt_disable boot_delay bootconfig"
    case "c": "coherent_pool consoleblank cpu_init_udelay crash_kexec_post_notifiers crashkernel"
    case "d":
      """
      debug debug_boot_weak_hash debugfs disable_cpu_apicid disable_mtrr_cleanup disable_mtrr_trim disable_timer_pin_1 \
      disableapic
      """
    case "e": "early_ioremap_debug earlycon earlyprintk efi efi_no_storage_paranoia elfcorehdr enable_mtrr_cleanup"
    case "f": "fw_devlink"
    case "g": "gather_data_sampling gbpages"
    case "h": "hostname hugetlb_free_vmemmap hv_nopvspin"
    case "i":
      """
      idle ignore_loglevel ignore_rlimit_data ima_appraise indirect_target_selection init_on_alloc init_on_free \
      initcall_debug initrd initrdmem intel_pstate intremap io_delay iommu ipcmni_extend
      """
    case "k": "keep_bootcon kernelcore"
    case "l": "l1d_flush l1tf lapic lapic_timer_c2_ok lockdown log_buf_len loglevel"
    case "m":
      """
      maxcpus mds mem memblock memmap mitigations mmio_stale_data module_blacklist movable_node movablecore mtrr_chunk_size \
      mtrr_cleanup_debug mtrr_gran_size mtrr_spare_reg_nr
      """
    case "n":
      """
      no-kvmapf no-kvmclock no-kvmclock-vsyscall no-steal-acc no-vmw-sched-clock no_hash_pointers noapic noapictimer noefi \
      nogbpages nohugeiomap nohugevmalloc nointremap noinvpcid nolapic nolapic_timer nomodule nopat nopcid nopv nopvspin \
      nosgx nosmp nosmt nospectre_v1 nox2apic nr_cpus numa
      """
    case "o": "oops"
    case "p": "panic panic_on_taint panic_on_warn panic_print pause_on_oops pci percpu_alloc possible_cpus"
    case "q": "quiet"
    case "r": "randomize_kstack_offset rcu_nocb_poll rdrand reg_file_data_sampling retbleed rodata"
    case "s": "sched_verbose skew_tick spec_rstack_overflow spectre_bhi srbds stack_depot_disable swiotlb"
    case "t": "threadirqs tsa tsc_early_khz tsx_async_abort"
    case "u": "userpte"
    case "v": "vmscape vsyscall"
    case "x":
      """
      x2apic_phys xen_emul_unplug xen_legacy_crash xen_msr_safe xen_no_vector_callback xen_nopv xen_nopvspin xen_scrub_pages \
      xen_timer_slop
      """
    default: ""
    }
  }

  /// __setup(): whatever the word goes on with. `rootwait=` is younger than 6.1.
  private static func beginnings(_ letter: Unicode.Scalar) -> StaticString {
    switch letter {
    case "T": "TOMOYO_loader= TOMOYO_trigger="
    case "a":
      """
      acpi_backlight= acpi_enforce_resources= acpi_irq_balance acpi_irq_isa= acpi_irq_nobalance acpi_irq_pci= acpi_mask_gpe= \
      acpi_no_auto_serialize acpi_no_memhotplug acpi_no_watchdog acpi_os_name= acpi_osi= acpi_pm_good acpi_rev_override \
      acpi_sleep= acpica_no_return_repair align_va_addr= alloc_snapshot apicpmtimer apparmor= audit= audit_backlog_limit=
      """
    case "b": "bert_disable"
    case "c":
      """
      ca_keys= cgroup_debug cgroup_disable= cgroup_no_v1= checkreqprot= clearcpuid= clock= clocksource= console= \
      console_msg_format= coredump_filter= cpu0_hotplug
      """
    case "d":
      """
      debug-alternative debugpat default_hugepagesz= deferred_probe_timeout= delayacct dhash_entries= driver_async_probe= \
      dump_apple_properties dyndbg=
      """
    case "e": "efivar_ssdt= elevator= enforcing= erst_disable evm="
    case "f":
      """
      fb_tunnels= fbcon= fips= ftrace= ftrace_boot_snapshot ftrace_dump_on_oops ftrace_filter= ftrace_graph_filter= \
      ftrace_graph_max_depth= ftrace_graph_notrace= ftrace_notrace=
      """
    case "g": "gpt"
    case "h": "hardened_usercopy= hashdist= hest_disable hibernate= highres= hpet= hpet_mmap= hugepages= hugepagesz="
    case "i":
      """
      ihash_entries= ima_appraise_tcb ima_canonical_fmt ima_hash= ima_policy= ima_tcb ima_template= ima_template_fmt= \
      init_pkru= initcall_blacklist= initramfs_async= initramfs_options= int_pln_enable integrity_audit= intel_iommu= iomem= \
      irqaffinity= irqfixup irqpoll isolcpus=
      """
    case "k": "kprobe_event="
    case "l": "load_ramdisk= lpj= lsm="
    case "m": "mem_sleep_default= memhp_default_state= mhash_entries= mphash_entries="
    case "n":
      """
      nmi_watchdog= no-scroll no_console_suspend no_file_caps no_ipi_broadcast= no_timer_check noautogroup noexec32= \
      nohibernate nohpet nohz= nohz_full= noinitrd noirqdebug nonmi_ipi nopku norandmaps noreplace-smp noresume nosoftlockup \
      notsc nowatchdog ntp_tick_adj= numa_balancing=
      """
    case "p":
      """
      pcie_aspm= pcie_pme= pcie_port_pm= pcie_ports= pmtmr= pnp_reserve_dma= pnp_reserve_io= pnp_reserve_irq= \
      pnp_reserve_mem= pnpacpi= preempt= print-fatal-signals= profile= psi=
      """
    case "r":
      """
      ras rcu_nocbs rdt reboot= relax_domain_level= resched_latency_warn_ms= reserve= reset_devices resume= resume_offset= \
      resumedelay= resumewait ring3mwait=disable root= rootdelay= rootflags= rootfstype= rootwait=
      """
    case "s":
      """
      sched_thermal_decay_shift= schedstats= security= sev= show_lapic= slab_merge slab_nomerge slub_debug slub_max_order= \
      slub_merge slub_min_objects= slub_min_order= slub_nomerge softlockup_panic= stack_guard_gap= stacktrace swapaccount= \
      sysrq_always_enabled
      """
    case "t":
      """
      tcpmhash_entries= thash_entries= tp_printk trace_buf_size= trace_clock= trace_event= trace_options= \
      traceoff_on_warning tracing_thresh= transparent_hugepage= tsc=
      """
    case "u": "uhash_entries= unknown_nmi_panic"
    case "v": "vdso32= vdso= video="
    case "w": "watchdog_thresh="
    default: ""
    }
  }
}
