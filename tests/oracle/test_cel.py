#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_cel.py RUNNER [--table] -- the public conformance tests of the Common Expression Language; TAP on stdout.

The tests come from npm's @bufbuild/cel-spec, which carries those of github.com/google/cel-spec; RUNNER is cel_conform.
In scope are the sections below, less the tests that name a type of protocol buffers (messages, enums, wrappers, Any,
Struct), and of string_ext those of the four functions that stand here. With --table a table alone: in scope, passed,
excluded per section; the exit code says whether all of it passed.
"""
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import npm

PACKAGE, VERSION = "@bufbuild/cel-spec", "0.6.1"
SECTIONS = ("basic comparisons conversions fields fp_math integer_math lists logic macros macros2 namespace parse "
            "plumbing string string_ext timestamps type_deductions").split()
STRING_EXT = ("string_ext/ascii_casing", "string_ext/split", "string_ext/trim")
LEAST = 1050
# what a test names when it needs protocol buffers; timestamps and durations are types of the language
PROTOBUF = re.compile(r"TestAllTypes|GlobalEnum|google\.protobuf\.(?!Timestamp\b|Duration\b)|enumValue|\"wrapper\"|"
                      r"\"wellKnown\": \"ANY\"")


def in_scope(row):
    if row["section"] == "string_ext":
        return row["suite"] in STRING_EXT
    named = {key: part for key, part in row["test"].items() if key not in ("name", "description", "container")}
    return not PROTOBUF.search(json.dumps(named))


def main():
    runner, table = sys.argv[1], "--table" in sys.argv[2:]
    node = shutil.which("node")
    package = npm.fetch(PACKAGE, VERSION) if node else None
    if package is None:
        print("npm or its registry is not there: nothing was tried" if table else
              "ok 1 - the conformance tests # SKIP npm or its registry is not there\n1..1")
        return 0
    here = pathlib.Path(__file__).resolve().parent
    dumped = subprocess.run([node, here / "cel_spec.js", package.resolve()], capture_output=True, check=True).stdout
    rows = [row for row in json.loads(dumped) if row["section"] in SECTIONS]
    taken = [row for row in rows if in_scope(row)]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([row["test"] for row in taken], file)
        file.flush()
        done = subprocess.run([runner, file.name], capture_output=True, text=True, check=False)
    said = done.stdout.splitlines()
    if done.returncode != 0 or len(said) != len(taken):
        print(f"not ok 1 - the runner ended early\n# {done.stderr.strip()}\n1..1")
        return 1
    scope = collections.Counter(row["section"] for row in taken)
    passed = collections.Counter(row["section"] for row, line in zip(taken, said) if line == "ok")
    excluded = collections.Counter(row["section"] for row in rows) - scope
    whole = sum(scope.values()) >= LEAST and passed == scope
    if table:
        print(f"{'section':16} {'in scope':>8} {'passed':>8} {'excluded':>8}")
        for name in SECTIONS:
            print(f"{name:16} {scope[name]:8} {passed[name]:8} {excluded[name]:8}")
        print(f"{'all':16} {sum(scope.values()):8} {sum(passed.values()):8} {sum(excluded.values()):8}")
    else:
        for number, name in enumerate(SECTIONS, 1):
            fine = passed[name] == scope[name] > 0
            print(f"{'ok' if fine else 'not ok'} {number} - {name}: {passed[name]} of {scope[name]}")
        fine = sum(scope.values()) >= LEAST
        print(f"{'ok' if fine else 'not ok'} {len(SECTIONS) + 1} - {sum(scope.values())} tests are in scope\n"
              f"1..{len(SECTIONS) + 1}")
    for row, line in zip(taken, said):
        if line != "ok":
            print(f"{'' if table else '# '}{row['suite']}/{row['test'].get('name', '')}: {row['test']['expr']!r}: {line}")
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
