# SPDX-License-Identifier: Apache-2.0
# The words people type; Meson does the work. `make help` lists them.
MAKEFLAGS += --no-print-directory
SHELL = /bin/bash
.SHELLFLAGS = -o pipefail -c
B ?= build
SANITIZE = -Db_lundef=false -Doptimization=1 -Db_sanitize
sources = $(shell git ls-files '*.[ch]')

# $(call build,FOLDER,OPTIONS,CC=compiler CXX=compiler,TARGETS): sets the folder up the first time, builds what changed; all of it
# where no targets are named.
build = test -f $(1)/build.ninja || $(3) meson setup $(1) $(2) >$(1).txt || { cat $(1).txt; exit 1; }; \
	rm -f $(1).txt; ninja -C $(1) --quiet $(4) | sed '/^ninja: no work to do/d'

all: ## builds everything into build/ (or B=folder)
	@$(call build,$(B),,)

check: all ## runs every test; the last line counts them
	@tools/run-tests $(B)

asan: ## the same under clang's AddressSanitizer and UndefinedBehaviorSanitizer, in build-asan/
	@$(call build,build-asan,$(SANITIZE)=address$(comma)undefined,CC=clang CXX=clang++)
	@tools/run-tests build-asan

tsan: ## the same under clang's ThreadSanitizer, in build-tsan/
	@$(call build,build-tsan,$(SANITIZE)=thread,CC=clang CXX=clang++)
	@tools/run-tests build-tsan

fuzz: ## each fuzz target for SECONDS=60, in build-fuzz/
	@$(call build,build-fuzz,$(SANITIZE)=address$(comma)undefined -Dfuzz=true,CC=clang CXX=clang++)
	@tools/run-fuzz build-fuzz $(SECONDS)

repeat: all ## same seed, same bytes: from gcc -O3, clang -O2, sanitizers, and with other code in the C library
	@$(call build,build-clang,-Doptimization=2,CC=clang CXX=clang++,apps/tidewaiter)
	@$(call build,build-asan,$(SANITIZE)=address$(comma)undefined,CC=clang CXX=clang++,apps/tidewaiter)
	@tools/check-repeat $(B) build-clang build-asan

bench: ## speed beside the peers, in build-bench/
	@tools/deps bench
	@$(call build,build-bench,-Dbuildtype=release,)
	@meson test -C build-bench --benchmark --verbose; status=$$?; \
	awk -F, '$$6 { printf "%-16s %8.2fx  bar %3sx  %s\n", $$1, $$5, $$6, $$7 }' bench/results.csv; exit $$status

crash: all ## ROUNDS=200 of kill -9 at random moments of a station's commands and its signer (SEED=): nothing acknowledged is lost
	@tests/oracle/test_crash.py $(B)/apps/tidewaiter $(B)/apps/tidewaiter-signer --rounds $(or $(ROUNDS),200) $(if $(SEED),--seed $(SEED))

replay: all ## COUNT=1000000 decisions of a station made again to the bit: by gcc, by clang, with other code in the C library (12 kB of TMPDIR each)
	@$(call build,build-clang,-Doptimization=2,CC=clang CXX=clang++,apps/tidewaiter)
	@tests/oracle/test_replay.py $(B)/apps/tidewaiter $(B)/apps/tidewaiter-signer --other build-clang/apps/tidewaiter \
		--count $(or $(COUNT),1000000) --seed $(or $(SEED),1)

scale: all ## a station of COUNT=5000000 declarations: taken up again, its memory, first pages and counts (10 kB of TMPDIR each; STATION= KEYS=: of one that is there)
	@tests/accept/scale.py $(B)/apps/tidewaiter $(B)/apps/tidewaiter-signer $(B)/bench/station_scale --count $(or $(COUNT),5000000) \
		$(if $(STATION),--station $(STATION) --keys $(KEYS))

bars: all ## what evaluate must reach on kcs and on SEEDS=5 worlds drawn by the clock; CLOSED_LOOP=1 plays them too, JOBS=2 two at a time
	@tests/accept/evaluate.py $(B)/apps/tidewaiter --seeds $(or $(SEEDS),5) $(if $(CLOSED_LOOP),--closed-loop) $(if $(JOBS),--jobs $(JOBS))

cel-conformance: all ## the public tests of the Common Expression Language: in scope, passed, excluded
	@cd $(B) && $(CURDIR)/tests/oracle/test_cel.py tests/oracle/cel_conform --table

cel-compare: all ## COUNT=100000 generated expressions put to our CEL and to npm's @bufbuild/cel (SEED=1)
	@cd $(B) && $(CURDIR)/tests/oracle/test_cel_npm.py tests/oracle/cel_results --count $(or $(COUNT),100000) --seed $(or $(SEED),1)

mutate-log: all ## flips each byte of a log's leaves, tiles, checkpoints and commitments: log verify names it; and each of a station's files: station check tells, or nothing is changed (EVERY=1 JOBS=)
	@$(B)/tests/test_engine_station_mutate $(or $(EVERY),1)
	@$(B)/tests/test_engine_station_bits $(or $(EVERY),1) $(or $(JOBS),$(shell nproc)) 64

coverage: ## lines and branches the tests reach in the pure modules, in build-cov/
	@$(call build,build-cov,-Db_coverage=true -Doptimization=0 -Dc_args=-fprofile-update=atomic,)
	@GCOV_ERROR_FILE=/dev/null tools/run-tests build-cov
	@tools/check-coverage build-cov

mutate: ## plants COUNT=200 faults (SEED=1, FILES='...') and counts those the tests see
	@tools/mutate --count $(or $(COUNT),200) --seed $(or $(SEED),1) $(if $(FILES),--files $(FILES))

lint: all ## clang-tidy over what changed since main; ALL=1 for everything
	@tools/lint $(if $(ALL),--all) $(B)

format: ## clang-format 14 over every C file
	@clang-format-14 -i $(sources)

accept: all ## lets the golden tests write what the program says now; read the diff before you commit it
	@TIDEWAITER_ACCEPT=1 tools/run-tests $(B) --suite golden || true
	@git status --short tests/golden

install: all ## installs program, man page and completion (DESTDIR is heeded)
	@meson install -C $(B) --no-rebuild

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' Makefile | expand -t 18

comma := ,
.PHONY: all bars cel-compare cel-conformance check crash replay scale asan tsan fuzz repeat bench coverage mutate mutate-log lint format accept install help
