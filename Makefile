# SPDX-License-Identifier: Apache-2.0
# `make` builds, `make check` proves. Meson does the work; this file only remembers the words.
B ?= build
comma := ,
setup = test -f $(1)/build.ninja || $(3) meson setup $(1) $(2) >/dev/null
sources = $(shell git ls-files '*.[ch]')

all: ; @$(call setup,$(B),) && ninja -C $(B) --quiet

check: all ; @tools/run-tests $(B)

asan: ; @$(call setup,build-asan,-Db_sanitize=address$(comma)undefined -Db_lundef=false -Doptimization=1,CC=clang) && ninja -C build-asan --quiet && tools/run-tests build-asan

tsan: ; @$(call setup,build-tsan,-Db_sanitize=thread -Db_lundef=false,CC=clang) && ninja -C build-tsan --quiet && tools/run-tests build-tsan

fuzz: ; @$(call setup,build-fuzz,-Dfuzz=true -Db_sanitize=address$(comma)undefined -Db_lundef=false,CC=clang) && ninja -C build-fuzz --quiet && tools/run-fuzz build-fuzz

bench: ; @$(call setup,build-bench,-Dbuildtype=release) && ninja -C build-bench --quiet && meson test -C build-bench --benchmark --print-errorlogs --verbose

coverage: ; @$(call setup,build-cov,-Db_coverage=true -Doptimization=0) && ninja -C build-cov --quiet && meson test -C build-cov -q && gcovr -r . build-cov --filter 'src/(ground|facts|stages)/'

mutate: ; @tools/mutate --count 200 --seed 1

lint: all ; @clang-tidy -p $(B) --quiet $(filter src/%.c apps/%.c,$(sources))

format: ; @clang-format-14 -i $(sources)

accept: all ; @TIDEWAITER_ACCEPT=1 meson test -C $(B) --no-rebuild -q; git diff --stat

install: all ; @meson install -C $(B)

help: ; @echo "make [$(words $(goals)) words]: $(goals)"

goals := all check asan tsan fuzz bench coverage mutate lint format accept install help
.PHONY: $(goals)
