# swinit: `make run` shows it at work, `make test` tests everything. Both install what is missing first.

BUILD := build
SCRATCH := .build-musl
ARCH ?= $(shell uname -m)
TOOLSET := toolsets/$(ARCH)-linux-musl.json
PREFIX ?= /usr/local

.DEFAULT_GOAL := help
.PHONY: help run run-services run-vm test test-vm test-swvm setup build static core swvm unit black-box runtime fuzz lint image bench bench-vm bench-swvm bench-workers install install-power clean

help: ## Show the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup static ## Build, then run a real container with swinit as its PID 1.
	scripts/run-demo $(BUILD)/swinit

run-services: setup static ## Build, then run nginx, redis and cron in one container, and kill their supervisor under load.
	scripts/run-services $(BUILD)/swinit

run-vm: setup static ## Build, then boot three real machines: initramfs, system, test machine.
	scripts/run-machine $(BUILD)/swinit

test: setup lint build static core fixtures ## Run all tests and the linter.
	scripts/test

setup: ## Install what is missing (Debian; asks sudo when not root).
	@scripts/setup

build: ## Ordinary build: glibc, dynamic, for the unit tests.
	scripts/build ordinary

static: ## The product: build/swinit, one static binary, and build/swinit.debug with its symbols.
	scripts/build static $(TOOLSET) $(SCRATCH) $(BUILD)

core: ## The product without kthreadd and swctl, for a small initramfs: build/core/swinit.
	SWINIT_CORE=1 scripts/build static $(TOOLSET) .build-core $(BUILD)/core

swvm: ## The host's tool that runs commands in virtual machines: build/swvm.
	scripts/build swvm $(BUILD)

fixtures: $(BUILD)/probe $(BUILD)/probe-static

PROBE := $(wildcard Tests/Fixtures/probe/*.c Tests/Fixtures/probe/*.h)
CFLAGS_PROBE := -O1 -Wall -Wextra -Werror

$(BUILD)/probe: $(PROBE)
	@mkdir -p $(BUILD)
	$(CC) $(CFLAGS_PROBE) -o $@ $(filter %.c,$^) -lcap -lsystemd

$(BUILD)/probe-static: $(PROBE)
	@mkdir -p $(BUILD)
	$(CC) $(CFLAGS_PROBE) -DPROBE_STATIC -static -o $@ $(filter %.c,$^)

unit: ## Unit tests alone.
	scripts/test unit

black-box: static fixtures ## Black-box tests of the static binary alone.
	scripts/test black-box

runtime: static fixtures ## Tests under podman and runc alone.
	scripts/test runtime

test-swvm: setup static fixtures ## Tests of swvm alone, through QEMU.
	scripts/test swvm

test-vm: setup static ## Tests that boot machines in QEMU alone.
	scripts/test vm

fuzz: ## Fuzz what reads bytes from outside, for FUZZ_SECONDS (60) in all.
	scripts/fuzz

lint: ## swift format, the dependency law, shell scripts.
	scripts/lint

image: ## Build the container image (BUILDER=… for another Swift image).
	scripts/image

bench: setup static ## Measure against tini, dumb-init and catatonit; writes build/bench.json.
	swift run -c release --package-path Benchmarks swinit-bench --swinit $(BUILD)/swinit --json $(BUILD)/bench.json $(BENCH_ARGS)

bench-workers: setup static ## Measure kthreadd's workers against s6, runit, supervisord and a bare fork and exec; writes build/bench-workers.json.
	swift run -c release --package-path Benchmarks swinit-bench workers --swinit $(BUILD)/swinit --json $(BUILD)/bench-workers.json $(BENCH_ARGS)

bench-vm: setup static ## Measure a machine's start and end against busybox init, a shell and systemd; writes build/bench-vm.json.
	scripts/kernel
	swift run -c release --package-path Benchmarks swinit-bench machines --swinit $(BUILD)/swinit --json $(BUILD)/bench-vm.json $(BENCH_ARGS)

bench-swvm: setup static swvm ## Measure swvm against the bare kernel; BENCH_ARGS="--virtme-run FILE" measures that too.
	scripts/kernel
	swift run -c release --package-path Benchmarks swvm-bench $(BENCH_ARGS)

install: static swvm ## Install the binaries, the man pages and the completions below PREFIX.
	install -D -m 755 $(BUILD)/swinit $(DESTDIR)$(PREFIX)/bin/swinit
	install -D -m 644 man/swinit.1 $(DESTDIR)$(PREFIX)/share/man/man1/swinit.1
	install -D -m 644 man/swinit-machine.7 $(DESTDIR)$(PREFIX)/share/man/man7/swinit-machine.7
	install -D -m 644 completions/swinit.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/swinit
	install -D -m 644 completions/_swinit $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_swinit
	install -D -m 644 completions/swinit.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/swinit.fish
	ln -sf swinit $(DESTDIR)$(PREFIX)/bin/swctl
	install -D -m 644 man/swctl.1 $(DESTDIR)$(PREFIX)/share/man/man1/swctl.1
	install -D -m 644 completions/swctl.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/swctl
	install -D -m 644 completions/_swctl $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_swctl
	install -D -m 644 completions/swctl.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/swctl.fish
	install -D -m 755 $(BUILD)/swvm $(DESTDIR)$(PREFIX)/bin/swvm
	install -D -m 644 man/swvm.1 $(DESTDIR)$(PREFIX)/share/man/man1/swvm.1
	for shell in bash zsh fish; do $(BUILD)/swvm --generate-completion-script $$shell >$(BUILD)/completion.$$shell || exit 1; done
	install -D -m 644 $(BUILD)/completion.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/swvm
	install -D -m 644 $(BUILD)/completion.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_swvm
	install -D -m 644 $(BUILD)/completion.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/swvm.fish

POWER := reboot poweroff halt shutdown
POWER_MAN := $(DESTDIR)$(PREFIX)/share/man/man8

install-power: install ## The names that end machines as well: links, manual page, completions (for a machine's or image's root).
	mkdir -p $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	mkdir -p $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -D -m 644 -t $(POWER_MAN) $(wildcard man/*.8)
	install -D -m 644 completions/swinit-power.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/reboot
	install -D -m 644 completions/swinit-power.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/reboot.fish
	install -D -m 644 completions/_swinit_power $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_swinit_power
	for name in $(POWER); do \
	  ln -sfn ../bin/swinit $(DESTDIR)$(PREFIX)/sbin/$$name; \
	  [ $$name = reboot ] || { \
	    ln -sfn reboot $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$name; \
	    ln -sfn reboot.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$name.fish; }; \
	done

clean: ## Remove everything that was built.
	rm -rf $(BUILD) .build .build-* Benchmarks/.build Fuzz/.build
