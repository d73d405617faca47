# SPDX-License-Identifier: Apache-2.0
"""tools/count-tests on logs of good, bad, crashed, silent and missing tests."""
import json

from tap import TOOLS, call, run, write


def _count(top, tests, code=None):
    write(top / "log.json", "".join(json.dumps(test) + "\n" for test in tests))
    done = call(TOOLS / "count-tests", top / "log.json", *([] if code is None else [code]))
    return done.returncode, done.stdout.splitlines()


def _test(result, stdout=None):
    return {"name": "tidewaiter:unit / a", "result": result, **({} if stdout is None else {"stdout": stdout})}


def subtests_are_added_up(top):
    code, lines = _count(top, [_test("OK", "ok 1 - a\nok 2 - b # SKIP no data\n1..2\n"), _test("OK", "ok 1 - c\n1..1\n")])
    assert (code, lines[-1]) == (0, "2 passed, 0 failed, 1 skipped"), lines
    assert lines[0].endswith("b # SKIP no data"), lines


def failed_subtests_are_named_and_fail_the_run(top):
    code, lines = _count(top, [_test("FAIL", "ok 1 - a\nnot ok 2 - wrong\n")])
    assert (code, lines[-1]) == (1, "1 passed, 1 failed, 0 skipped") and "wrong" in lines[0], lines


def a_crash_after_good_subtests_counts_as_failed(top):
    for result in ("FAIL", "ERROR", "TIMEOUT", "INTERRUPT"):
        code, lines = _count(top, [_test(result, "ok 1 - a\n")])
        assert (code, lines[-1]) == (1, "1 passed, 1 failed, 0 skipped") and result in lines[0], lines


def a_test_without_subtests_counts_by_its_exit_code(top):
    assert _count(top, [_test("OK")]) == (0, ["1 passed, 0 failed, 0 skipped"])
    assert _count(top, [_test("OK"), _test("SKIP")])[1][-1] == "1 passed, 0 failed, 1 skipped"
    assert _count(top, [_test("FAIL")])[0] == 1


def a_run_that_failed_for_another_reason_fails(top):
    code, lines = _count(top, [_test("OK", "ok 1 - a\n")], code=3)
    assert (code, lines[-1]) == (1, "1 passed, 1 failed, 0 skipped"), lines


def no_log_and_no_tests_fail(top):
    assert _count(top, [])[0] == 1
    done = call(TOOLS / "count-tests", top / "nowhere.json")
    assert done.returncode == 1 and done.stdout.endswith("0 passed, 1 failed, 0 skipped\n"), done


def a_log_cut_short_fails(top):
    write(top / "log.json", json.dumps(_test("OK", "ok 1 - a\n")) + '\n{"name": "tid')
    done = call(TOOLS / "count-tests", top / "log.json", 0)
    assert done.returncode == 1 and done.stdout.endswith("1 passed, 1 failed, 0 skipped\n"), done


run(globals())
