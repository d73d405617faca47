#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_erase_crash.py PROGRAM SIGNER -- `erase run`, killed or refused at its system calls; TAP on stdout.

strace ends the program on entering a call, or lets that call fail. Each time another trader is to go. Whatever happens: a
key is gone only where the log says so; what the log says is done when `erase resume` has gone on; otherwise the trader
is there as before, and goes when it is run again. The log verifies, and nothing is damaged.
"""
import json
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from station import Station

KILLED = ("pwrite64", "fdatasync", "fsync", "ftruncate", "sendto", "write", "fcntl")
FAILING = (("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("fdatasync", "EIO"), ("ftruncate", "EIO"), ("sendto", "EPIPE"), ("write", "EPIPE"))
AT_MOST = 5  # of the calls of a kind, evenly


class House:
    def __init__(self, st):
        self.st, self.next = st, 0
        rows = ""
        for name, role in (("kim", "asker"), ("lee", "confirmer")):
            st.run("criteria", "keygen", name, "-q", check=True)
            rows += f"  - {{name: {name}, roles: [{role}], key: {(st.top / f'{name}.pub').read_text(encoding='utf-8').strip()}}}\n"
        (st.dir / "signers.yaml").write_text("signers:\n" + rows, encoding="utf-8")
        (st.dir / "retention.yaml").write_text("years: {declaration: 0, finding: 0, party: 0}\n", encoding="utf-8")
        rows = [{"declaration_id": f"D{k}", "lodged_at": "2026-11-20T08:00:00Z", "office": "HB01", "declarant": {"id": "DC1"},
                 "importer": {"id": f"IM{k}", "name": f"Trader {k}"}, "items": [{"item": 1, "hs": "610910", "origin": "CN"}]} for k in range(160)]
        (st.top / "in.json").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        self.reg = [r["registration"] for r in st.take_in("in.json")[0]]
        st.decide()

    def request(self):
        """About the next trader; its ids, and its two keys."""
        reg, self.next = self.reg[self.next], self.next + 1
        self.st.run("erase", "ask", f"{reg}:importer", "--station", str(self.st.dir), "--reason", "file 1", "--out", "request", check=True)
        for key, role in (("kim", "asker"), ("lee", "confirmer")):
            self.st.run("erase", "sign", "request", "--key", key, "--as", role, check=True)
        party = json.loads((self.st.top / "request").read_text(encoding="utf-8"))["parties"][0]
        return party, self.keys(party, reg), reg

    def keys(self, party, reg):
        db = sqlite3.connect(f"file:{self.st.dir}/keys.db?mode=ro", uri=True)
        rows = db.execute("SELECT key FROM key WHERE kind = 0 AND id = ? OR kind = 1 AND id = ?", (bytes.fromhex(party), int(reg).to_bytes(8, "big"))).fetchall()
        db.close()
        return [bytes(row[0]) for row in rows]

    def told(self, party):
        return any(f'"party":"{party}"' in line for line in self.st.at("log", "tail", check=True).stdout.splitlines())

    def run(self, *strace):
        return subprocess.run([*strace, self.st.program, "erase", "run", "request", "--station", self.st.dir, "--signer", self.st.keys / "socket"],
                              capture_output=True, check=False, timeout=60, cwd=self.st.top)

    def calls(self):
        self.request()
        trace = self.st.top / "trace"
        done = self.run("strace", "-o", str(trace))
        if done.returncode != 0:
            raise FileNotFoundError(done.stderr)
        names = re.findall(r"^(\w+)\(", trace.read_text(encoding="utf-8", errors="replace"), re.M)
        return {name: names.count(name) for name in set(names)}

    def files(self):
        return b"".join(path.read_bytes() for path in sorted(self.st.dir.rglob("*")) if path.is_file())

    def disturb(self, call, number, how):
        party, keys, reg = self.request()
        assert len(keys) == 2
        done = self.run("strace", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{how}:when={number}")
        told, left = self.told(party), self.keys(party, reg)
        assert told or left == keys, "a key is gone, and the log does not say so"
        pending = self.st.run("station", "check", "--station", str(self.st.dir))
        assert pending.returncode in (0, 1) and "damages" not in pending.stdout, pending.stdout
        assert done.returncode != 0 or told, "it said that it had, and had not"
        resumed = self.st.at("erase", "resume")
        assert resumed.returncode == 0, resumed.stderr
        if not told:
            again = self.run()
            assert again.returncode == 0, again.stderr
        assert self.told(party) and self.keys(party, reg) == []
        everything = self.files()
        assert not any(key in everything for key in keys), "a key lies somewhere still"
        checked, verified = self.st.run("station", "check", "--station", str(self.st.dir)), self.st.at("log", "verify")
        assert checked.stdout == "no damage\n" and verified.returncode == 0, checked.stdout + verified.stderr


def some(most):
    """Which calls of a kind: the last that there are, for libraries are loaded before."""
    return sorted({max(1, round(most * (i + 1) / AT_MOST)) for i in range(AT_MOST)}) if most > 0 else []


def main():
    with tempfile.TemporaryDirectory(prefix="tw") as scratch, Station(sys.argv[1], sys.argv[2], pathlib.Path(scratch)) as st:
        if not shutil.which("strace"):
            print("1..0 # SKIP no strace")
            return 0
        st.make()
        house = House(st)
        try:
            calls = house.calls()
        except FileNotFoundError:
            print("1..0 # SKIP strace may not trace here")
            return 0
        failed = number = 0
        for number, (call, how) in enumerate([(call, "signal=KILL") for call in KILLED] + [(call, f"error={e}") for call, e in FAILING], 1):
            wrong = []
            for n in some(calls.get(call, 0)):
                try:
                    house.disturb(call, n, how)
                except AssertionError as fault:
                    wrong.append(f"# {call} number {n}: {fault!r}"[:500])
            failed += bool(wrong)
            print(f"{'not ok' if wrong else 'ok'} {number} - {call}, {how}, {calls.get(call, 0)} times")
            print("\n".join(wrong) + "\n" if wrong else "", end="", flush=True)
        print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
