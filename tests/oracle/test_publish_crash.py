#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_publish_crash.py PROGRAM -- `criteria publish`, killed or refused at each of its system calls; TAP on stdout.

strace ends the program on entering its first, second, ... call of each kind, or lets that call fail. Whatever happens,
the directory holds the version before, whole and signed, or the new one, whole and signed; where it is the one before,
the next call publishes the new one, and nothing is left over.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SET = """name: apples
version: {version}
author: kim
criteria:
  - id: A
    when: item.origin == 'US'
    channel: red
    reason: Apples
    owner: kim
    valid: {{from: 2025-01-01, to: 2035-12-31}}
    offices: ["*"]
    examples: [{{origin: US, hit: true}}, {{hit: unknown}}]
"""
KILLED = ("openat", "mkdir", "write", "fsync", "linkat", "rename", "renameat", "unlinkat", "rmdir", "flock", "getdents64")
FAILING = (("write", "ENOSPC"), ("fsync", "EIO"), ("mkdir", "EROFS"), ("mkdir", "ENOSPC"), ("linkat", "ENOSPC"),
           ("rename", "EIO"), ("renameat", "ENOSPC"), ("flock", "ENOLCK"), ("openat", "EMFILE"), ("getdents64", "EIO"))


class House:
    def __init__(self, program, top):
        self.program, self.top, self.dir = program, top, top / "sets"
        rows = []
        for name, role in (("kim", "author"), ("lee", "reviewer")):
            self.run("keygen", top / name)
            key = (top / f"{name}.pub").read_text(encoding="utf-8").strip()
            rows.append(f"  - {{name: {name}, roles: [{role}], key: {key}}}\n")
        (top / "signers.yaml").write_text("signers:\n" + "".join(rows), encoding="utf-8")
        for version in (1, 2):
            path = top / f"v{version}.yaml"
            path.write_text(SET.format(version=version), encoding="utf-8")
            self.run("sign", path, "--key", top / "kim")
            self.run("sign", path, "--key", top / "lee", "--as", "reviewer")
        self.begin()
        self.publish = [program, "criteria", "publish", top / "v2.yaml", "--signers", top / "signers.yaml", "--to", self.dir]

    def run(self, *args):
        done = subprocess.run([self.program, "criteria", *args], capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def begin(self):
        shutil.rmtree(self.dir, ignore_errors=True)
        self.run("publish", self.top / "v1.yaml", "--signers", self.top / "signers.yaml", "--to", self.dir)

    def version(self):
        """The one that decides; fails where that is not whole."""
        return json.loads(self.run("status", self.dir, "--signers", self.top / "signers.yaml", "--json"))["version"]

    def calls(self):
        """How many calls of each kind a whole publishing makes."""
        self.begin()
        trace = self.top / "trace"
        subprocess.run(["strace", "-o", trace, *self.publish], capture_output=True, check=True, timeout=60)
        assert self.version() == 2
        names = re.findall(r"^(\w+)\(", trace.read_text(encoding="utf-8", errors="replace"), re.M)
        return {name: names.count(name) for name in set(names)}

    def disturb(self, call, number, how):
        self.begin()
        done = subprocess.run(["strace", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{how}:when={number}",
                               *self.publish], capture_output=True, check=False, timeout=60)
        version = self.version()
        assert version in (1, 2), version
        assert done.returncode != 0 or version == 2, "it said that it had, and had not"
        if version == 1:
            subprocess.run(self.publish, capture_output=True, check=True, timeout=60)
            assert self.version() == 2
        if how.startswith("error"):
            assert sorted(p.name for p in self.dir.iterdir()) == ["1", "2"], "something was left over"


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        house = House(program, pathlib.Path(scratch))
        if not shutil.which("strace"):
            print("1..0 # SKIP no strace")
            return 0
        try:
            calls = house.calls()
        except (subprocess.CalledProcessError, FileNotFoundError):
            print("1..0 # SKIP strace may not trace here")
            return 0
        failed = number = 0
        work = [(call, "signal=KILL") for call in KILLED] + [(call, f"error={e}") for call, e in FAILING]
        for number, (call, how) in enumerate(work, 1):
            wrong = []
            most = calls.get(call, 0)
            for n in range(max(1, most - 19), most + 1):  # before these, libraries are loaded
                try:
                    house.disturb(call, n, how)
                except (AssertionError, subprocess.CalledProcessError) as fault:
                    wrong.append(f"# {call} number {n}: {fault!r}"[:500])
            failed += bool(wrong)
            print(f"{'not ok' if wrong else 'ok'} {number} - {call}, {how}, {most} times")
            print("\n".join(wrong) + "\n" if wrong else "", end="")
        print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
