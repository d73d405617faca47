# SPDX-License-Identifier: Apache-2.0
"""tools/check-repeat on programs that write the same, something else, one file more, or fail."""
from tap import TOOLS, call, run, write

PROGRAM = """#!/bin/sh
command=$1; shift
while [ $# -gt 0 ]; do
    case $1 in --out) out=$2 ;; --seed) seed=$2 ;; esac
    shift
done
case $command in
synth) printf 'rows of seed %s\\n' "$seed" >"$out/declarations.csv" ;;
train) mkdir -p "$out"; printf 'trees' >"$out/model.json"; EXTRA ;;
assess) printf 'decisions' ;;
esac
"""


def _check(top, *extra, options=()):
    builds = []
    for number, more in enumerate(extra):
        folder = top / f"build{number}"
        write(folder / "apps" / "tidewaiter", PROGRAM.replace("EXTRA", more), 0o755)
        builds.append(folder)
    done = call(TOOLS / "check-repeat", *options, *builds)
    return done.returncode, done.stdout, done.stderr


def builds_that_write_the_same_pass(top):
    code, out, _ = _check(top, ":", ":", ":", options=("--seed", "9"))
    last = out.splitlines()[-1]
    # Three files; where the tunable means something here, once more.
    assert code == 0 and last in ("9 passed, 0 failed, 0 skipped", "6 passed, 0 failed, 1 skipped"), out
    assert "decisions.jsonl" in out and "model/model.json" in out and out.count("failed:") == 0, out


def one_byte_of_difference_is_found_and_placed(top):
    code, out, _ = _check(top, ":", 'printf trEes >"$out/model.json"')
    assert code == 1 and "build1: model/model.json differs from byte 2 on" in out, out
    assert out.splitlines()[-1].split(" passed, ")[1].startswith("1 failed, "), out


def a_file_that_only_one_writes_is_found(top):
    code, out, _ = _check(top, ":", 'printf x >"$out/more"')
    assert code == 1 and "model/more is written by one build and not by the other" in out, out


def other_bytes_under_the_tunable_are_found(top):
    code, out, _ = _check(top, 'printf "trees%s" "$GLIBC_TUNABLES" >"$out/model.json"')
    assert code == 1 and "glibc.cpu.hwcaps=-AVX2,-FMA: model/model.json differs from byte 5 on" in out or \
        "changes nothing on this machine" in out, out


def a_program_that_fails_fails_the_check(top):
    code, out, _ = _check(top, ":", "echo no room >&2; exit 3")
    assert code == 1 and "ended with 3" in out and "no room" in out, out
    code, out, _ = _check(top, "echo no room >&2; exit 3", ":")
    assert code == 1 and out.splitlines()[-1].startswith("0 passed, 1 failed"), out


def a_build_without_the_program_is_refused(top):
    code, _, err = _check(top)
    assert code == 2 and "usage" in err, err
    done = call(TOOLS / "check-repeat", top / "nowhere")
    assert done.returncode == 2 and "build it first" in done.stderr, done


run(globals())
