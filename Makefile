# What there is to do with Roost; `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

SWIFT ?= swift
FORMATTED := Sources Tests Package.swift
# As `make run` starts it, and as `make bench` measures it: one file without Swift's own libraries beside it.
RELEASE := -c release --static-swift-stdlib --product roost
# What the end-to-end suite tests: the build that the unit tests made, unless another is named.
DEBUG_BIN := $(CURDIR)/.build/debug/roost
# More words for `swift test`, `e2e/run` and `Benchmarks/run`, such as ARGS='--filter OCITests'.
ARGS ?=

.PHONY: help run build test unit e2e lint format bench clean toolchain release build-tests

help: ## list what make can do (this)
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: release ## install what is missing, build a release, serve on :5000 with the data in ./data
	exec .build/release/roost serve --storage ./data

build: toolchain ## build for debugging: .build/debug/roost
	scripts/install-packages build
	$(SWIFT) build --product roost

test: toolchain ## install what is missing, then lint, build, unit tests and the end-to-end suite
	scripts/install-packages build test
	$(MAKE) lint
	$(MAKE) unit ARGS=
	$(MAKE) e2e ARGS= ROOST_BIN=$(DEBUG_BIN)
	@echo
	@echo "lint: passed"
	@grep -ao 'Test run with .*' .build/unit.log | tail -n 1 | sed 's/^Test run with/unit tests:/'
	@tail -n 1 .build/e2e.log | sed 's/^/end to end: /'

unit: build-tests ## unit tests only; ARGS='--filter OCITests' for some
	$(SWIFT) test --skip-build --disable-xctest $(ARGS) 2>&1 | tee .build/unit.log

e2e: ## end-to-end suite only; ARGS=podman for some, ROOST_BIN=... for another build
	scripts/install-packages build test
	@if [ -z "$${ROOST_BIN:-}" ]; then $(MAKE) build; fi
	@mkdir -p .build
	ROOST_BIN="$${ROOST_BIN:-$(DEBUG_BIN)}" e2e/run $(ARGS) 2>&1 | tee .build/e2e.log

lint: toolchain ## format, imports between rooms, length of files, syntax of scripts
	$(SWIFT) format lint --strict --recursive --parallel $(FORMATTED)
	scripts/check-floors
	scripts/check-scripts

format: toolchain ## format the Swift sources in place
	$(SWIFT) format --in-place --recursive --parallel $(FORMATTED)

bench: release ## compare with docker-registry and nginx, write docs/benchmarks.md; ARGS=--quick to try
	scripts/install-packages bench
	ROOST_BIN="$${ROOST_BIN:-$(CURDIR)/.build/release/roost}" Benchmarks/run $(ARGS)

clean: ## remove what was built; ./data stays
	rm -rf .build

# What the others stand on.

toolchain:
	@command -v $(SWIFT) >/dev/null || { \
	    echo "make: there is no '$(SWIFT)' on the PATH: unpack Swift 6.3 for Debian 12 (https://www.swift.org/install)" >&2; \
	    echo "make: and put its usr/bin on the PATH, or name the program: make SWIFT=/path/to/swift ..." >&2; \
	    exit 1; }

release: toolchain
	scripts/install-packages build
	$(SWIFT) build $(RELEASE)

build-tests: toolchain
	scripts/install-packages build
	$(SWIFT) build --build-tests
