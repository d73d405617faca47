#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scale.py PROGRAM SIGNER STATION_SCALE [--count N] [--station DIR --keys DIR] -- what a large station takes.

COUNT declarations of the world harbor are handed in to a station and decided by a model that learned from those before them. Then its work is
taken up again, three times: a new process opens it, goes on from the state that is kept and decides one declaration more. The best of three may
take 10 seconds; no process may take 2 GB of memory, the one that decided all of them neither. The same holds behind a kill -9
that comes just before the state is kept, when most is to be made again. STATION_SCALE then asks for first pages and
counts, of which none may take more than 50 ms of CPU.

With --station and --keys one that is there, with the keys its signer holds, is taken up and asked; it gets some 40,000 declarations more.
Prints a line for each finding; the last one is `N passed, N failed, N skipped`. Needs 9 kB of disk a declaration, in TMPDIR.
"""
import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle"))
from station import Station  # noqa: E402

PAST, MORE, LATE = 100_000, 4, 38_000  # LATE: a state is kept behind 40,000 decisions
RESUME_S, MEMORY = 10, 2_000_000_000
ROOM, ROOM_EACH = 200_000_000, 10_000  # bytes, 500 of them what the file takes that is handed in


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, good, words):
        self.passed, self.failed = self.passed + bool(good), self.failed + (not good)
        print(f"{'' if good else 'not '}ok {self.passed + self.failed} - {words}", flush=True)

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed, 0 skipped", flush=True)
        return 1 if self.failed else 0


def measured(command, cwd):
    """Seconds by the clock, CPU seconds, bytes of memory at most."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as said, subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=said) as child:
        _, status, spent = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            said.seek(0)
            raise RuntimeError(f"{command[1]}: exit {child.returncode}: {said.read()[-1000:].decode(errors='replace')}")
    return time.monotonic() - began, spent.ru_utime + spent.ru_stime, spent.ru_maxrss * 1024


def assess(st, path):
    return [st.program, "assess", path, "--currency", "XTS", "--rates", "rates.csv", "-q", "--station", st.dir, "--signer", st.keys / "socket"]


def cut(top, declarations, number):
    """A file of its own for each of the first `number`, under another number than it has."""
    files = []
    with open(top / declarations, encoding="utf-8") as rows:
        head = next(rows)
        last, at = "", -1
        for row in rows:
            one, rest = row.split(",", 1)
            at, last = at + (one != last), one
            if at == number:
                break
            if at == len(files):
                files.append(f"one{at}.csv")
            with open(top / files[at], "a" if (top / files[at]).exists() else "w", encoding="utf-8") as out:
                out.write(("" if out.tell() else head) + f"{one}-{time.time_ns() // 10**9},{rest}")
    return files


def renumbered(top, declarations, number, to):
    """The first `number` again, under other numbers."""
    tag = f"L{time.time_ns() // 10**9}"
    with open(top / declarations, encoding="utf-8") as rows, open(top / to, "w", encoding="utf-8") as out:
        out.write(next(rows))
        last, at = "", 0
        for row in rows:
            one, rest = row.split(",", 1)
            at, last = at + (one != last), one
            if at > number:
                break
            out.write(f"{one}-{tag},{rest}")


def killed_late(st, report):
    """A kill -9 when LATE more are decided, and what it takes to go on from there."""
    with contextlib.closing(sqlite3.connect(f"file:{st.dir}/station.db?mode=ro", uri=True)) as db, \
            subprocess.Popen(assess(st, "late.csv"), cwd=st.top, stdout=subprocess.DEVNULL) as child:
        def decided():
            return db.execute("SELECT sum(n) FROM counter WHERE facet = 0 AND value <> '-1'").fetchone()[0]
        first, n = decided(), 0
        while n < LATE and child.poll() is None:
            time.sleep(0.02)
            n = decided() - first
        child.kill()
    took, cpu, memory = measured(assess(st, f"one{MORE - 1}.csv"), st.top)
    report.check(took <= RESUME_S and memory <= MEMORY and n >= LATE,
                 f"killed when {n:,} more were decided; taken up again and one more decided: {took:.1f} s ({RESUME_S} at most), {cpu:.1f} s of CPU, "
                 f"{memory / 1e6:,.0f} MB")


def make(st, count, report):
    top = st.top
    for name in ("past", "now"):
        (top / name).mkdir()
    st.run("synth", "--world", "harbor", "--seed", "5", "--declarations", str(PAST), "--out", "past", "-q", check=True)
    st.run("train", "past/declarations.csv", "past/findings.csv", "--rates", "past/rates.csv", "--currency", "XTS", "--out", "model", "-q", check=True)
    shutil.rmtree(top / "past")
    st.run("synth", "--world", "harbor", "--seed", "6", "--start", "2026-01-01", "--declarations", str(count), "--out", "now", "-q", check=True)
    (top / "now/rates.csv").rename(top / "rates.csv")
    took, cpu, memory = measured([*assess(st, "now/declarations.csv"), "--model", "model"], top)
    report.check(memory <= MEMORY, f"{count:,} declarations handed in and decided in {took:,.0f} s, {cpu:,.0f} s of CPU, {memory / 1e6:,.0f} MB of memory "
                                   f"({MEMORY / 1e6:,.0f} at most)")
    return cut(top, "now/declarations.csv", MORE)


def take_up(st, files, report):
    best = least = None
    most = 0
    for path in files[:-1]:
        took, cpu, memory = measured(assess(st, path), st.top)
        best, least, most = min(took, best or took), min(cpu, least or cpu), max(memory, most)
    report.check(best <= RESUME_S, f"taken up again and one more decided: {best:.1f} s, the best of three ({RESUME_S} at most), {least:.1f} s of CPU")
    report.check(most <= MEMORY, f"for this {most / 1e6:,.0f} MB of memory ({MEMORY / 1e6:,.0f} at most)")


def main():
    words = argparse.ArgumentParser()
    words.add_argument("program", type=pathlib.Path)
    words.add_argument("signer", type=pathlib.Path)
    words.add_argument("station_scale", type=pathlib.Path)
    words.add_argument("--count", type=int, default=5_000_000)
    words.add_argument("--station", type=pathlib.Path)
    words.add_argument("--keys", type=pathlib.Path)
    asked = words.parse_args()
    for ended in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ended, lambda number, _: sys.exit(128 + number))
    report = Report()
    with tempfile.TemporaryDirectory(prefix="tw") as scratch, Station(asked.program, asked.signer, scratch) as st:
        if asked.station:
            st.dir, st.keys = asked.station.resolve(), asked.keys.resolve()
            st.start_signer()
            (st.top / "now").mkdir()
            st.run("synth", "--world", "harbor", "--seed", "7", "--declarations", str(2 * LATE), "--out", "now", "-q", check=True)
            (st.top / "now/rates.csv").rename(st.top / "rates.csv")
            files = cut(st.top, "now/declarations.csv", MORE)
        else:
            need, free = ROOM + asked.count * ROOM_EACH, shutil.disk_usage(scratch).free
            if free < need:
                words.error(f"{asked.count:,} declarations need {need / 1e9:.1f} GB in {scratch}, and {free / 1e9:.1f} GB are free")
            st.make()
            files = make(st, asked.count, report)
        take_up(st, files, report)
        renumbered(st.top, "now/declarations.csv", 2 * LATE, "late.csv")
        killed_late(st, report)
        done = subprocess.run([asked.station_scale.resolve(), st.dir], capture_output=True, text=True, check=False)
        for line in done.stdout.splitlines():
            print(f"#   {line}")
        report.check(done.returncode == 0, "first pages and counts take 50 ms of CPU at most" + (f": {done.stderr}" if done.stderr else ""))
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
