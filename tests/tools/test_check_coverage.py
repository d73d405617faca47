# SPDX-License-Identifier: Apache-2.0
"""tools/check-coverage on counts that are enough and that are not."""
import json

from tap import TOOLS, call, run, write


def _file(name, reached, missed, branches=()):
    lines = [{"line_number": i + 1, "count": int(i < reached), "branches": []} for i in range(reached + missed)]
    lines[0]["branches"] = [{"count": n, "fallthrough": False, "throw": False} for n in branches]
    return {"file": name, "lines": lines}


def _check(top, *files):
    write(top / "cov.json", json.dumps({"gcovr/format_version": "0.5", "files": list(files)}))
    done = call(TOOLS / "check-coverage", top / "cov.json")
    return done.returncode, done.stdout


ENOUGH = (_file("src/ground/base/decimal.c", 9, 1, (3, 1)), _file("src/ground/base/str.c", 10, 0, (1, 0)),
          _file("src/stages/channel/channel.c", 10, 0, (1, 1)), _file("src/shell/cli/cli.c", 1, 9))


def enough_is_ninety_percent_of_each_pure_module(top):
    code, out = _check(top, *ENOUGH)
    assert (code, out.splitlines()[-1]) == (0, "3 passed, 0 failed, 0 skipped"), out
    assert "ground/base" in out and "95.0 % of    20 lines" in out and "cli" not in out, out


def a_module_with_too_few_lines_fails_and_its_files_are_named(top):
    code, out = _check(top, *ENOUGH, _file("src/stages/synth/goods.c", 89, 11), _file("src/stages/synth/world.c", 5, 0))
    assert (code, out.splitlines()[-1]) == (1, "3 passed, 1 failed, 0 skipped"), out
    assert "TOO FEW" in out and "src/stages/synth/goods.c: 89 % of 100 lines" in out, out


def a_low_file_in_a_good_module_is_named_only(top):
    code, out = _check(top, *ENOUGH, _file("src/ground/base/a.c", 1, 1), _file("src/ground/base/b.c", 100, 0))
    assert code == 0 and "src/ground/base/a.c: 50 % of 2 lines" in out, out


def one_untaken_branch_of_what_everything_rests_on_fails(top):
    for name in ("src/stages/channel/state.c", "src/ground/audit/leaf.c"):
        code, out = _check(top, *ENOUGH, _file(name, 10, 0, (1, 0)))
        assert code == 1 and f"{name}:1: a branch that no test takes" in out, out


def nothing_counted_fails(top):
    code, out = _check(top, _file("src/shell/cli/cli.c", 1, 9))
    assert (code, out.splitlines()[-1]) == (1, "0 passed, 1 failed, 0 skipped"), out


run(globals())
